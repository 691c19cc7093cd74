import decodeQR from "qr/decode.js";
import { check, openDocument } from "./statement.js";

const TEXTS = {
  title: ["Comprobar certificado", "Check a certificate"],
  other_language: ["English", "Español"],
  photo: ["Tomar foto del código", "Photograph the code"],
  picture: ["Elegir una imagen", "Choose a picture"],
  camera: ["Leer en vivo con la cámara", "Read live with the camera"],
  camera_stop: ["Apagar la cámara", "Turn the camera off"],
  at_hand: ["NIV o placa del vehículo a la vista (para comparar)", "VIN or plate of the vehicle at hand (to compare)"],
  more: ["Texto, listas y su vigencia", "Text, lists and how old they are"],
  text: ["Texto del código", "Text of the code"],
  newer: ["Cargar listas más nuevas del programa", "Load newer lists of the programme"],
  word_waiting: ["Lista para comprobar", "Ready to check"],
  waiting: ["Funciona sin internet. Enfoca el código del informe.", "Works without internet. Point at the report's code."],
  word_valid: ["Auténtico", "Genuine"],
  valid: ["La estación lo firmó y nadie lo ha cambiado.", "The station signed it and nobody has changed it."],
  word_not_passed: ["Auténtico: NO aprobado", "Genuine: NOT passed"],
  not_passed: ["La estación lo firmó, y dice que el vehículo no aprobó.", "The station signed it, and it says that the vehicle did not pass."],
  word_expired: ["Vencido", "Expired"],
  expired: ["Auténtico, pero su vigencia terminó: toca nueva verificación.", "Genuine, but past its last day: a new inspection is due."],
  word_revoked: ["Revocado", "Revoked"],
  revoked: ["Auténtico, pero el programa lo anuló: no vale.", "Genuine, but the programme took it back: it does not count."],
  word_other_vehicle: ["Es de otro vehículo", "Of another vehicle"],
  other_vehicle: ["El NIV o la placa no coinciden. Revisa lo que escribiste y compara con el vehículo.", "VIN and plate do not match. Check what you typed and compare with the vehicle."],
  word_unknown_key: ["Estación desconocida", "Unknown station"],
  unknown_key: ["Quien lo firmó no está en la lista. Carga la lista más nueva; si sigue así, trátalo como falso.", "Whoever signed it is not on the list. Load the newest list; if it stays so, treat it as forged."],
  word_forged: ["FALSO", "FORGED"],
  forged: ["El contenido no es el que firmó la estación.", "The content is not what the station signed."],
  word_unreadable: ["No se lee", "Cannot be read"],
  unreadable: ["No hay un código de este sistema en la imagen. Acércate, evita reflejos y repite.", "No code of this system is in the picture. Get closer, avoid glare, and repeat."],
  word_no_lists: ["Faltan las listas", "The lists are missing"],
  no_lists: ["Esta página no tiene la lista de estaciones. Cárgala abajo, en «Texto, listas y su vigencia».", "This page has no list of stations. Load it below, in “Text, lists and how old they are”."],
  bad_list: ["El archivo no es una lista firmada por el programa; se conserva la anterior.", "The file is no list signed by the programme; the one before is kept."],
  no_camera: ["El navegador no da la cámara a una página abierta desde archivo. Usa «Tomar foto del código».", "The browser gives no camera to a page opened from a file. Use “Photograph the code”."],
  keys_until: ["Lista de estaciones vigente hasta {}", "List of stations valid until {}"],
  keys_old: ["La lista de estaciones venció el {}: carga una nueva.", "The list of stations expired on {}: load a new one."],
  revoked_of: ["Anulados al {}", "Revocations of {}"],
  revoked_none: ["sin lista de anulados", "no list of revocations"],
  verdict: ["Resultado", "Result"],
  number: ["Folio", "Number"],
  vin: ["NIV", "VIN"],
  plate: ["Placa", "Plate"],
  hidden: ["protegido: escríbelo abajo para compararlo", "protected: type it below to compare"],
  matches: ["coincide", "matches"],
  station: ["Estación", "Station"],
  programme: ["Programa", "Programme"],
  made: ["Fecha", "Date"],
  until: ["Vigente hasta", "Valid until"],
  reason: ["Causa", "Reason"],
  PASS: ["✓ Aprobado", "✓ Passed"],
  FAIL: ["✕ Rechazado", "✕ Failed"],
  NOT_READY: ["Monitores no listos", "Monitors not ready"],
  NO_COMM: ["Sin comunicación", "No communication"],
  REFER: ["Referido a otra prueba", "Referred to another test"],
  NOT_APPLICABLE: ["El programa no aplica", "Programme does not apply"],
  INVALID: ["Sin dictamen", "No verdict"],
};
const GLYPHS = { valid: "✓", not_passed: "✕", expired: "!", revoked: "✕", other_vehicle: "✕", unknown_key: "✕", forged: "✕", unreadable: "!", no_lists: "!" };

const byId = id => document.getElementById(id);
const data = JSON.parse(byId("data").textContent);
const lists = { keys: null, revoked: null };
let english = (navigator.language || "").startsWith("en");
let text = "";
let shown = { state: "waiting" };
let stream = null;

const say = key => TEXTS[key][english ? 1 : 0];

function load(document) {
  for (const kind of ["keys", "revoked"]) {
    try {
      const list = openDocument(document, kind, data.trust);
      const before = lists[kind];
      if (!before || (list.version || 0) >= (before.version || 0)) lists[kind] = list;
      return true;
    } catch {
      // Of the other kind, or nobody vouches for it.
    }
  }
  return false;
}

function row(name, value, mark) {
  if (!value) return [];
  const term = document.createElement("dt");
  const said = document.createElement("dd");
  term.textContent = say(name);
  said.textContent = value;
  if (mark) said.className = mark;
  return [term, said];
}

function draw() {
  document.documentElement.lang = english ? "en" : "es";
  document.title = say("title");
  for (const element of document.querySelectorAll("[data-say]")) element.textContent = say(element.dataset.say);
  byId("language").textContent = say("other_language");
  if (stream) byId("camera").textContent = say("camera_stop");
  byId("verdict").dataset.state = shown.state;
  byId("glyph").textContent = GLYPHS[shown.state] || "";
  byId("word").textContent = say("word_" + shown.state);
  byId("sentence").textContent = shown.note ? say(shown.note) : say(shown.state);
  const facts = byId("facts");
  const certificate = shown.certificate;
  facts.hidden = !certificate || shown.state === "unreadable";
  facts.replaceChildren();
  if (certificate) {
    const name = value => value instanceof Uint8Array ? say("hidden") : value;
    facts.append(
      ...row("verdict", say(certificate.verdict), certificate.verdict === "FAIL" ? "fail" : ""),
      ...row("reason", shown.reason, "fail"),
      ...row("vin", name(certificate.vin)), ...row("plate", name(certificate.plate)),
      ...row("number", certificate.number), ...row("station", shown.station),
      ...row("programme", certificate.programme),
      ...row("made", new Date(certificate.made * 1000).toISOString().replace("T", " ").slice(0, 16) + " UTC"),
      ...row("until", certificate.valid_until));
  }
  const today = new Date().toISOString().slice(0, 10);
  const old = lists.keys && today > lists.keys.expires;
  byId("lists").textContent = !lists.keys ? say("no_lists")
    : say(old ? "keys_old" : "keys_until").replace("{}", lists.keys.expires) + " · " +
      (lists.revoked ? say("revoked_of").replace("{}", lists.revoked.issued) : say("revoked_none"));
  byId("lists").className = old || !lists.keys ? "old" : "";
}

function judge() {
  if (!text) {
    shown = { state: "waiting" };
  } else if (!lists.keys) {
    shown = { state: "no_lists" };
  } else {
    shown = check(text, {
      keys: lists.keys.keys, revoked: lists.revoked ? lists.revoked.certificates : [],
      today: new Date().toISOString().slice(0, 10), atHand: byId("at_hand").value.trim().toUpperCase(),
    });
    if (shown.state === "valid" && shown.certificate.verdict !== "PASS") shown.state = "not_passed";
  }
  draw();
}

// A photograph holds the code at any size: smaller copies are tried as well.
function decode(source, width, height) {
  for (const longest of [1200, 800, 2000, 500]) {
    const scale = Math.min(1, longest / Math.max(width, height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const drawing = canvas.getContext("2d", { willReadFrequently: true });
    drawing.imageSmoothingQuality = "high";
    drawing.drawImage(source, 0, 0, canvas.width, canvas.height);
    try {
      const found = decodeQR(drawing.getImageData(0, 0, canvas.width, canvas.height), { effort: 4, timeLimit: 1500 });
      if (found) return found;
    } catch {
      // No code at this size.
    }
  }
  return "";
}

async function readPicture(file) {
  if (!file) return;
  try {
    const picture = await createImageBitmap(file);
    text = decode(picture, picture.width, picture.height) || " ";
  } catch {
    text = " ";
  }
  judge();
}

function stopCamera() {
  if (stream) stream.getTracks().forEach(track => track.stop());
  stream = null;
  byId("view").hidden = true;
  draw();
}

async function startCamera() {
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    shown = { state: "waiting", note: "no_camera" };
    return draw();
  }
  const view = byId("view");
  view.srcObject = stream;
  view.hidden = false;
  await view.play();
  draw();
  const look = () => {
    if (!stream) return;
    const found = view.videoWidth ? decode(view, view.videoWidth, view.videoHeight) : "";
    if (found) {
      text = found;
      stopCamera();
      return judge();
    }
    requestAnimationFrame(look);
  };
  look();
}

for (const id of ["photo", "picture"]) {
  byId(id).addEventListener("change", event => readPicture(event.target.files[0]));
}
byId("camera").addEventListener("click", () => stream ? stopCamera() : startCamera());
byId("at_hand").addEventListener("input", judge);
byId("text").addEventListener("input", event => { text = event.target.value.trim(); judge(); });
byId("newer").addEventListener("change", async event => {
  let refused = false;
  for (const file of event.target.files) refused = !load(await file.text()) || refused;
  judge();
  if (refused) byId("lists").textContent = say("bad_list");
});
byId("language").addEventListener("click", () => { english = !english; draw(); });

for (const document of data.lists) load(document);
judge();

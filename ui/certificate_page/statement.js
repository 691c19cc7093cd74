// A certificate's letters to what it states (station/certificate/FORMAT.md). Nothing is believed
// before its signature is checked; whatever is not exactly of the form is refused.
import { verify as verifySignature, hashes } from "@noble/ed25519";
import { sha256, sha512 } from "@noble/hashes/sha2.js";

hashes.sha512 = sha512;

const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const VERDICTS = ["PASS", "FAIL", "NOT_READY", "NO_COMM", "REFER", "NOT_APPLICABLE", "INVALID"];
const LONGEST = 4096;

export class Unreadable extends Error {}

const refuse = why => { throw new Unreadable(why); };
export const hex = bytes => Array.from(bytes, byte => byte.toString(16).padStart(2, "0")).join("");
export const fromHex = text => {
  if (!/^([0-9a-fA-F]{2})*$/.test(text)) refuse("hex");
  return Uint8Array.from(text.match(/../g) || [], pair => parseInt(pair, 16));
};
const utf8 = text => new TextEncoder().encode(text);
const joined = parts => {
  const all = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) { all.set(part, at); at += part.length; }
  return all;
};
const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);

export function fromBase45(text) {
  const out = [];
  for (let i = 0; i < text.length; i += 3) {
    const count = Math.min(3, text.length - i);
    let number = 0;
    for (let j = count - 1; j >= 0; --j) {
      const digit = LETTERS.indexOf(text[i + j]);
      if (digit < 0) refuse("letters");
      number = number * 45 + digit;
    }
    if (count === 1 || number > (count === 3 ? 0xffff : 0xff)) refuse("letters");
    if (count === 3) out.push(number >> 8);
    out.push(number & 0xff);
  }
  return Uint8Array.from(out);
}

// Deterministic CBOR (RFC 8949, 4.2.1) of integers, bytes, text, arrays, null and maps with integer keys.
export function decodeCbor(bytes, tag) {
  let at = 0;
  const head = () => {
    if (at >= bytes.length) refuse("cut short");
    const first = bytes[at++];
    const info = first & 0x1f;
    if (info < 24) return [first >> 5, info];
    if (info > 27) refuse("indefinite");
    const width = 1 << (info - 24);
    if (at + width > bytes.length) refuse("cut short");
    let number = 0n;
    for (let i = 0; i < width; ++i) number = (number << 8n) | BigInt(bytes[at++]);
    if (width === 1 ? number < 24n : number >> BigInt(4 * width) === 0n) refuse("not shortest");
    if (number > BigInt(Number.MAX_SAFE_INTEGER)) refuse("too large");
    return [first >> 5, Number(number)];
  };
  const value = depth => {
    if (depth > 8) refuse("too deep");
    if (bytes[at] === 0xf6) { ++at; return null; }
    const [major, number] = head();
    if (major === 0) return number;
    if (major === 1) return -1 - number;
    if (major === 2 || major === 3) {
      if (number > bytes.length - at) refuse("cut short");
      const part = bytes.slice(at, at += number);
      return major === 2 ? part : new TextDecoder("utf-8", { fatal: true }).decode(part);
    }
    if (number > LONGEST) refuse("too large");
    if (major === 4) return Array.from({ length: number }, () => value(depth + 1));
    if (major !== 5) refuse("unknown kind");
    const map = new Map();
    let before = null;
    for (let i = 0; i < number; ++i) {
      const start = at;
      const key = value(depth + 1);
      const written = hex(bytes.slice(start, at));
      if (!Number.isInteger(key) || (before !== null && written <= before)) refuse("key order");
      map.set(key, value(depth + 1));
      before = written;
    }
    return map;
  };
  if (tag !== undefined) {
    const [major, number] = head();
    if (major !== 6 || number !== tag) refuse("tag");
  }
  const found = value(0);
  if (at !== bytes.length) refuse("something behind it");
  return found;
}

const bytesHead = size => size < 24 ? [0x40 | size] : size < 256 ? [0x58, size] : [0x59, size >> 8, size & 0xff];
const bytesOf = bytes => joined([Uint8Array.from(bytesHead(bytes.length)), bytes]);

const isDay = text => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));

const FIELDS = {
  1: ["number", value => Number.isInteger(value) && value > 0],
  2: ["vin", value => typeof value === "string" || (value instanceof Uint8Array && value.length === 16)],
  3: ["plate", value => typeof value === "string" || (value instanceof Uint8Array && value.length === 16)],
  4: ["verdict", value => VERDICTS[value] !== undefined],
  5: ["programme", value => typeof value === "string"],
  6: ["made", Number.isInteger],
  7: ["earliest", Number.isInteger],
  8: ["latest", Number.isInteger],
  9: ["valid_until", value => typeof value === "string" && isDay(value)],
  10: ["record", value => value instanceof Uint8Array && value.length === 16],
};

export function read(text) {
  if (text.length > LONGEST || !text.startsWith("OBDC1:")) refuse("not a certificate");
  const parts = decodeCbor(fromBase45(text.slice(6)), 18);
  if (!Array.isArray(parts) || parts.length !== 4) refuse("not a COSE_Sign1");
  const [header, open, payload, signature] = parts;
  const sized = header instanceof Uint8Array && open instanceof Map && open.size === 0 &&
    payload instanceof Uint8Array && signature instanceof Uint8Array && signature.length === 64;
  // {1: -8, 4: eight bytes}: one algorithm, one place for the key's name.
  const expected = [0xa2, 0x01, 0x27, 0x04, 0x48];
  if (!sized || header.length !== 13 || !expected.every((byte, i) => header[i] === byte)) refuse("header");
  const key = header.slice(5);
  const map = decodeCbor(payload);
  if (!(map instanceof Map)) refuse("no statement");
  const certificate = { key };
  for (const [field, value] of map) {
    const [name, fits] = FIELDS[field] || refuse("unknown field");
    if (!fits(value)) refuse(name);
    certificate[name] = value;
  }
  if (!certificate.number || certificate.verdict === undefined || !certificate.record) refuse("incomplete");
  certificate.number = "ST-" + hex(key.slice(0, 6)) + "-" + certificate.number;
  certificate.verdict = VERDICTS[certificate.verdict];
  const toSign = joined([
    Uint8Array.from([0x84, 0x6a]), utf8("Signature1"), bytesOf(header), Uint8Array.from([0x40]), bytesOf(payload),
  ]);
  return { certificate, toSign, signature };
}

const length = size => {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, BigInt(size));
  return out;
};
const field = bytes => joined([length(bytes.length), bytes]);

// A list that the programme signed: its payload, when one of the trusted keys vouches for it.
export function openDocument(text, kind, trusted) {
  const document = JSON.parse(text);
  if (document.schema !== "obd-station/document/1" || document.kind !== kind) refuse("kind");
  const payload = Uint8Array.from(atob(document.payload), letter => letter.charCodeAt(0));
  const digest = sha256(joined([field(utf8("obd-station/document/1")), field(utf8(kind)), field(payload)]));
  const vouched = document.signatures.some(one => trusted.includes(one.key) &&
    safely(() => verifySignature(fromHex(one.signature), digest, fromHex(one.key))));
  if (!vouched) refuse("signature");
  return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
}

const safely = check => { try { return check(); } catch { return false; } };

const recognised = (name, record, atHand) => {
  if (!name || !atHand) return null;
  const wanted = typeof name === "string" ? name === atHand
    : same(name, sha256(joined([record, utf8(atHand)])).slice(0, 16));
  return wanted;
};

// As certificate::check() judges, with one name at hand: it may be the VIN or the plate.
export function check(text, { keys, revoked, today, atHand }) {
  let found;
  try {
    found = read(text);
  } catch {
    return { state: "unreadable" };
  }
  const { certificate } = found;
  const listed = keys.find(one => same(sha256(fromHex(one.key)).slice(0, 8), certificate.key));
  if (!listed) return { state: "unknown_key", certificate };
  if (!safely(() => verifySignature(found.signature, found.toSign, fromHex(listed.key)))) {
    return { state: "forged", certificate, station: listed.name };
  }
  const day = new Date(certificate.made * 1000).toISOString().slice(0, 10);
  const withdrawn = revoked.find(one => one.number === certificate.number);
  const said = [recognised(certificate.vin, certificate.record, atHand),
    recognised(certificate.plate, certificate.record, atHand)].filter(one => one !== null);
  let state = "valid";
  if (day < (listed.from || "") || (listed.until && day > listed.until)) state = "unknown_key";
  else if (withdrawn) state = "revoked";
  else if (said.length > 0 && !said.includes(true)) state = "other_vehicle";
  else if (certificate.valid_until && today > certificate.valid_until) state = "expired";
  return { state, certificate, station: listed.name, reason: withdrawn ? withdrawn.reason : "" };
}

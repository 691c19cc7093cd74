'use strict';
let language = localStorage.getItem('language') === 'en' ? 1 : 0;
const say = key => (TEXTS[key] || [key, key])[language];
const byId = id => document.getElementById(id);
const VERDICTS = ['PASS', 'FAIL', 'NOT_READY', 'NO_COMM', 'REFER', 'NOT_APPLICABLE', 'INVALID', 'NONE'];
const GLYPH = {PASS: '✓', FAIL: '✕', NOT_READY: '!', NO_COMM: '!', REFER: '!', INVALID: '!',
  ABORTED: '!', NOT_APPLICABLE: '–', NONE: '✓', REFERRAL: '→', READING: '…', CORRECTION: '↺', DUPLICATE: '⧉',
  EXTENSION: '+', EXEMPTION: '–'};
const OTHER_KINDS = ['ABORTED', 'REFERRAL', 'READING', 'CORRECTION', 'DUPLICATE', 'EXTENSION', 'EXEMPTION'];
/** The verdict of an inspection that was confirmed; of any other record, what it is. */
const kindOf = (type, verdict) => ['inspection', 'referral'].includes(type) && verdict ? verdict : type.toUpperCase();
const TONE = {PASS: 'pass', FAIL: 'fail', NOT_APPLICABLE: 'plain', NONE: 'pass', REFERRAL: 'plain', READING: 'plain',
  CORRECTION: 'plain', DUPLICATE: 'plain', EXTENSION: 'plain', EXEMPTION: 'plain'};
const tone = verdict => TONE[verdict] || 'warn';
const REFRESH_MS = 5000;

/** An element with a class, text and children; text is never parsed as markup. */
function make(tag, options = {}, children = []) {
  const element = document.createElement(tag);
  if (options.name) element.className = options.name;
  if (options.text !== undefined) element.textContent = options.text;
  if (options.href) element.href = options.href;
  element.append(...children);
  return element;
}

async function fetchJson(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw Object.assign(new Error(path), {status: answer.status});
  return answer.json();
}

function localTime(text) {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? text
    : time.toLocaleString(language ? 'en-US' : 'es-MX', {dateStyle: 'medium', timeStyle: 'medium'});
}

function badge(known) {
  return make('span', {name: `badge ${tone(known)}`, text: `${GLYPH[known] || ''} ${say(known)}`});
}

function fillLanguage() {
  document.documentElement.lang = language ? 'en' : 'es';
  document.title = say('title');
  for (const element of document.querySelectorAll('[data-text]')) {
    element.textContent = say(element.dataset.text);
  }
  byId('language').textContent = language ? 'Español' : 'English';
  const chosen = byId('verdict').value;
  byId('verdict').replaceChildren(...['', ...VERDICTS].map(value => {
    const option = make('option', {text: value ? say(value) : say('all')});
    option.value = value;
    return option;
  }));
  byId('verdict').value = chosen;
}

// ---- list

function row(item) {
  const link = make('a', {href: `#/${item.station}/${item.sequence}`}, [badge(kindOf(item.type, item.verdict))]);
  const cell = (text, name) => make('td', {name, text: text || '–'});
  return make('tr', {}, [make('td', {}, [link]), cell(item.plate), cell(item.vin, 'mono'),
    cell(item.profile), cell(item.station, 'mono'), cell(String(item.sequence)),
    cell(localTime(item.started)), cell(item.technician)]);
}

async function showSummary() {
  const summary = await fetchJson('/api/summary');
  const tile = (name, count) =>
    make('div', {name: 'tile'}, [make('b', {text: String(count)}), make('span', {text: name})]);
  const tiles = [tile(say('total'), summary.total)];
  for (const verdict of [...VERDICTS, ...OTHER_KINDS]) {
    if (summary.verdicts[verdict]) tiles.push(tile(say(verdict), summary.verdicts[verdict]));
  }
  tiles.push(tile(say('stations'), summary.stations));
  if (summary.quarantined) tiles.push(tile(say('quarantined'), summary.quarantined));
  byId('summary').replaceChildren(...tiles);
}

let oldest = 0;

async function showList(append) {
  const query = new URLSearchParams({q: byId('query').value.trim(), verdict: byId('verdict').value});
  if (append) query.set('before', String(oldest));
  try {
    const found = await fetchJson(`/api/inspections?${query}`);
    if (!append) await showSummary();
    const rows = found.inspections.map(row);
    if (append) byId('rows').append(...rows); else byId('rows').replaceChildren(...rows);
    if (found.inspections.length) oldest = found.inspections.at(-1).row;
    byId('more').hidden = !found.more;
    const filtered = byId('query').value.trim() || byId('verdict').value;
    byId('empty').hidden = byId('rows').children.length > 0;
    byId('empty').textContent = say(filtered ? 'no_match' : 'none');
    byId('list-problem').hidden = true;
    byId('updated').textContent = `${say('updated')} ${new Date().toLocaleTimeString()}`;
  } catch (problem) {
    byId('list-problem').textContent = say('unreachable');
    byId('list-problem').hidden = false;
  }
}

// ---- one inspection

function facts(pairs) {
  const list = make('dl');
  for (const [name, value] of pairs) {
    if (value === undefined || value === null || value === '') continue;
    list.append(make('dt', {text: name}),
      value instanceof Node ? make('dd', {}, [value]) : make('dd', {text: String(value)}));
  }
  return list;
}

const card = (title, ...content) =>
  make('section', {name: 'card'}, [make('h3', {text: title}), ...content]);

function proof(record) {
  const holds = (ok, key) =>
    make('p', {name: ok ? 'proof-ok' : 'proof-bad', text: `${ok ? '✓' : '✕'} ${say(key)}: ${say(ok ? 'yes' : 'no')}`});
  const stamp = record.stamp;
  const bounds = stamp?.earliest ? `${localTime(stamp.earliest)} – ${stamp.latest ? localTime(stamp.latest) : '…'}` : say('no_anchor');
  return card(say('proof'), holds(record.hash_holds, 'hash_holds'),
    holds(record.signature_holds, 'signature_holds'),
    record.body?.confirmation?.assertion ? holds(!record.asserted_wrong, 'asserted')
      : make('p', {text: `– ${say('not_asserted')}`}),
    stamp?.jump_ms ? make('p', {name: 'proof-bad', text: `✕ ${say('jump')}: ${Math.round(stamp.jump_ms / 1000)} s`}) : '',
    facts([[say('clock_said'), localTime(stamp?.wall)], [say('bounds'), bounds], [say('station'), record.station], [say('number'), record.sequence],
      [say('received'), localTime(record.received)],
      [say('hash'), make('span', {name: 'mono', text: record.hash})],
      [say('previous'), make('span', {name: 'mono', text: record.previous})]]));
}

/** Maker and country by the VIN that was read. */
function origin(vehicle) {
  return [vehicle?.maker, vehicle?.country?.[language ? 'en' : 'es']].filter(Boolean).join(', ');
}

function vehicleCard(body) {
  const vehicle = body.vehicle || {};
  const read = (body.snapshot?.ecus || []).map(ecu => ecu.vin?.value).filter(Boolean);
  return card(say('vehicle'), facts([[say('plate'), vehicle.plate], [say('vin_entered'), vehicle.vin],
    [say('vin_read'), read.join(', ')], [say('maker'), origin(body.snapshot?.vehicle)], [say('model_year'), vehicle.model_year],
    [say('fuel'), vehicle.fuel && say(vehicle.fuel)], [say('weight'), vehicle.gvwr_kg],
    [say('protocol'), body.snapshot?.protocol?.spoken || body.snapshot?.protocol?.name], [say('adapter'), body.snapshot?.adapter?.banner],
    [say('started'), localTime(body.started)], [say('finished'), localTime(body.finished || '')],
    [say('technician'), body.technician], [say('profile'), body.profile?.id],
    [say('software'), body.software], [say('inspection'), body.inspection]]));
}

function readCard(body) {
  const obd = body.facts?.obd || {};
  const words = new Map((body.snapshot?.vehicle?.codes || []).map(one => [one.code, one]));
  const inWords = code => {
    const known = words.get(code);
    return make('div', {}, [make('span', {name: 'mono', text: code}),
      known ? ` ${known[language ? 'en' : 'es']}` : '']);
  };
  const codes = list => (list === undefined || list === null) ? say('unknown')
    : list.length ? make('div', {}, list.map(inWords)) : say('dash');
  const states = Object.entries(obd.monitors || {}).filter(([, state]) => state !== 'unsupported');
  const monitors = states.some(([, state]) => state) &&
    states.map(([code, state]) => `${code} ${say(state || 'unknown')}`).join(' · ');
  return card(say('codes'), facts([[say('confirmed'), codes(obd.confirmed)],
    [say('pending'), codes(obd.pending)], [say('permanent'), codes(obd.permanent)],
    [say('monitors'), monitors || say('unknown')]]));
}

/** What in the reading does not fit together; the heavier first. */
function findingsCard(list) {
  const heavy = finding => finding.weight === 'contradiction';
  const rows = [...list].sort((one, other) => heavy(other) - heavy(one)).map(finding => make('tr', {}, [
    make('td', {}, [make('span', {name: `badge ${heavy(finding) ? 'fail' : 'warn'}`, text: say(finding.weight)})]),
    make('td', {text: finding[language ? 'en' : 'es']}),
    make('td', {name: 'mono', text: finding.ecus.join(', ')}),
    make('td', {name: 'mono', text: finding.detail})]));
  return card(say('findings'), make('table', {}, [make('tbody', {}, rows)]));
}

function rulesCard(judgement) {
  const rows = judgement.rules.filter(rule => rule.reached).map(rule => {
    const values = Object.entries(rule.value).map(([path, value]) => `${path} = ${JSON.stringify(value)}`);
    const missing = Object.entries(rule.missing).map(([path, why]) => `${path}: ${why}`);
    return make('tr', {}, [
      make('td', {}, [make('b', {text: rule.id}), make('div', {text: rule.text[language ? 'en' : 'es']})]),
      make('td', {text: say(rule.outcome) + (rule.decides ? '' : ` (${say('recorded')})`)}),
      make('td', {text: `${rule.clause} · ${rule.confirmed || say(rule.verified)}`}),
      make('td', {name: 'mono', text: [...values, ...missing].join('; ')})]);
  });
  const head = make('tr', {}, ['rule', 'outcome', 'clause', 'evidence'].map(key => make('th', {text: say(key)})));
  return card(say('rules'), make('table', {}, [make('thead', {}, [head]), make('tbody', {}, rows)]));
}

function talkCard(lines) {
  const rows = lines.filter(line => line.k).map(line => {
    const text = line.text !== undefined ? JSON.stringify(line.text).slice(1, -1) : line.hex || '';
    return make('tr', {name: line.k}, [make('td', {text: `${(line.t / 1000).toFixed(1)} ms`}),
      make('td', {text: {tx: '→', rx: '←'}[line.k] || line.k}), make('td', {text})]);
  });
  return card(say('talk'), rows.length ? make('table', {name: 'talk'}, [make('tbody', {}, rows)])
    : make('p', {name: 'quiet', text: say('talk_empty')}));
}

function detail(record) {
  const body = record.body || {};
  const verdict = kindOf(body.type || 'aborted', body.judgement?.verdict);
  const side = language ? 'en' : 'es';
  const said = body.judgement?.word?.[side];
  const word = VERDICTS.includes(verdict) ? said : [say(verdict), said].filter(Boolean).join(' · ');
  const causes = (body.judgement?.causes || []).map(cause => cause[side]);
  if (body.aborted) causes.push([say(`reason_${body.aborted.reason}`), body.aborted.detail].filter(Boolean).join(' – '));
  if (body.of) causes.push(`${say('about')} ${body.of.sequence} (${say(body.of.verdict || 'ABORTED')}): ${body.reason}`);
  const band = make('div', {name: `band ${tone(verdict)}`}, [make('h2', {text: `${GLYPH[verdict]} ${word}`}),
    ...causes.map(text => make('p', {text}))]);
  const parts = [band, make('div', {name: 'columns'}, [vehicleCard(body), proof(record)])];
  if (body.facts) parts.push(readCard(body));
  if (body.snapshot?.findings?.length) parts.push(findingsCard(body.snapshot.findings));
  if (body.judgement) parts.push(rulesCard(body.judgement));
  if (body.snapshot) {
    parts.push(card(say('units'), make('pre', {text: JSON.stringify(body.snapshot.ecus, null, 1)})));
  }
  parts.push(talkCard(record.transcript));
  return parts;
}

async function showDetail(station, sequence) {
  try {
    const record = await fetchJson(`/api/inspections/${encodeURIComponent(station)}/${sequence}`);
    byId('detail').replaceChildren(...detail(record));
  } catch (problem) {
    const key = problem.status === 404 ? 'not_found' : 'unreachable';
    byId('detail').replaceChildren(make('p', {name: 'problem', text: say(key)}));
  }
}

function route() {
  const match = /^#\/([^/]+)\/(\d+)$/.exec(location.hash);
  byId('list-view').hidden = Boolean(match);
  byId('detail-view').hidden = !match;
  if (match) showDetail(decodeURIComponent(match[1]), match[2]); else showList(false);
}

byId('language').addEventListener('click', () => {
  language = 1 - language;
  localStorage.setItem('language', language ? 'en' : 'es');
  fillLanguage();
  route();
});
byId('filter').addEventListener('submit', event => event.preventDefault());
byId('query').addEventListener('input', () => showList(false));
byId('verdict').addEventListener('change', () => showList(false));
byId('more').addEventListener('click', () => showList(true));
window.addEventListener('hashchange', route);
setInterval(() => {
  if (!byId('list-view').hidden && byId('rows').children.length <= 50) showList(false);
}, REFRESH_MS);
fillLanguage();
route();

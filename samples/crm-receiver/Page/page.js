// Draws what GET /feed sends. Everything is set as text, never as HTML: a payload is someone else's data.
'use strict';

const maxEvents = 200, maxConversations = 50;
const byName = id => document.getElementById(id);
const events = byName('events'), latest = byName('latest'), status = byName('status'), outage = byName('outage');
const rows = new Map();
const samples = [];
let number = 0;

const source = new EventSource('/feed');
source.onmessage = message => draw(JSON.parse(message.data));
source.onerror = () => say('not connected', 'bad');
outage.onclick = async () => {
  const down = outage.getAttribute('aria-pressed') === 'true';
  try {
    drawStats(await (await fetch(down ? '/simulate/up' : '/simulate/down', { method: 'POST' })).json());
  } catch {
    say('not connected', 'bad');
  }
};

function draw(update) {
  if (update.number < number) {           // the receiver was started again without its file
    number = 0;
    samples.length = 0;
    rows.clear();
    events.replaceChildren();
    latest.replaceChildren();
  }
  for (const arrival of update.arrivals) if (arrival.number > number) events.prepend(eventRow(arrival));
  trim(events, maxEvents);
  for (const conversation of [...update.conversations].reverse()) latest.prepend(conversationRow(conversation));
  for (const row of trim(latest, maxConversations)) rows.delete(row.dataset.id);
  number = update.number;
  drawStats(update.stats);
}

function drawStats(stats) {
  for (const name of ['accepted', 'conversations', 'duplicates', 'rejected']) byName(name).textContent = stats[name].toLocaleString('en');
  byName('duplicates').className = stats.duplicates ? 'warn' : '';
  byName('rejected').className = stats.rejected ? 'bad' : '';
  byName('p99').textContent = duration(stats.p99Ms);
  byName('rate').textContent = perSecond(stats.accepted).toLocaleString('en');
  outage.setAttribute('aria-pressed', stats.down);
  outage.textContent = stats.down ? 'End the outage' : 'Simulate an outage';
  if (stats.down) say('down: answers 503', 'bad');
  else say('receiving', 'good');
}

// A status is read out when it changes, so it must not be set when it does not.
function say(text, kind) {
  if (status.textContent === text) return;
  status.textContent = text;
  status.className = 'pill ' + kind;
}

function perSecond(accepted) {
  const now = performance.now();
  samples.push({ now, accepted });
  while (samples.length > 2 && now - samples[0].now > 5000) samples.shift();
  const seconds = (now - samples[0].now) / 1000;
  return seconds < 0.2 ? 0 : Math.round((accepted - samples[0].accepted) / seconds);
}

function duration(ms) {
  if (ms === null) return '–';
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function eventRow({ delivery, receivedAt, copy }) {
  const state = stateCell(delivery);
  if (copy > 1) state.append(element('small', `copy ${copy}: already known`, 'copy'));
  if (delivery.origin !== 'live') state.append(element('small', delivery.origin));
  const who = element('td', '', 'who wide');
  for (const { role, identity } of delivery.participants) who.append(element('div', `${role ?? 'unknown'} ${identity ?? '–'}`));
  return row(element('td', receivedAt.slice(11, 23), 'time'), state, idCell(delivery.conversationId), who);
}

function conversationRow(conversation) {
  const drawn = row(idCell(conversation.id), stateCell(conversation), element('td', conversation.deliveries, 'number'));
  drawn.dataset.id = conversation.id;
  rows.get(conversation.id)?.remove();
  rows.set(conversation.id, drawn);
  return drawn;
}

function stateCell({ type, state }) {
  const cell = element('td', '', 'state');
  cell.append(element('span', state ?? '–', state), element('small', type));
  return cell;
}

function idCell(id) {
  const cell = element('td', id.length > 13 ? id.slice(0, 8) + '…' : id, 'id');
  cell.title = id;
  return cell;
}

function trim(body, max) {
  if (body.children.length > 1) body.querySelector('.empty')?.remove();
  const removed = [];
  while (body.children.length > max) {
    removed.push(body.lastElementChild);
    body.lastElementChild.remove();
  }
  return removed;
}

function row(...cells) {
  const made = document.createElement('tr');
  made.append(...cells);
  return made;
}

function element(name, text, kind = '') {
  const made = document.createElement(name);
  made.textContent = text;
  if (/^[a-z][a-z ]*$/i.test(kind ?? '')) made.className = kind;
  return made;
}

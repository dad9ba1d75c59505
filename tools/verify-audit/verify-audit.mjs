#!/usr/bin/env node
// Checks a Tieline audit log. Written from docs/formats/audit-log.md alone; shares no code with Tieline. Needs Node.js 18 or newer.
//
//   verify-audit.mjs [--head HASH] [--key ID] [--journal FILE] [--json] DIRECTORY...
//
// DIRECTORY holds audit-*.jsonl, checkpoints.jsonl and public-key.pem. FILE is JSON with what the journal knows:
//   {"fact":N,"hash":"…","newest":N,"checkpoint":N,"checkpointHash":"…"}   (table audit_head, and the newest fact's number; each may be missing)
// Exit code: 0 whole, 3 not as it was written, 2 wrong usage, 1 cannot be read. One line of output a directory.
import { createHash, createPublicKey, verify as verifySignature } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ZEROS = '0'.repeat(64);
const MAX_LINE = 16 * 1024 * 1024;
const CHECKPOINTS = 'checkpoints.jsonl';
const KEY = 'public-key.pem';
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const isHex = (text, length) => text.length === length && /^[0-9a-f]*$/.test(text);

class Bad extends Error {}
/** The text ended before the object did. */
class Short extends Bad {}

/** Reads one object whose members, order and spacing are laid down. Works on bytes as Latin-1 text: offsets are the same. */
class Reader {
  constructor(bytes) {
    this.text = bytes.toString('latin1');
    this.at = 0;
  }

  peek() {
    if (this.at >= this.text.length) throw new Short('ends early');
    return this.text[this.at];
  }

  take(literal) {
    for (const one of literal) {
      if (this.peek() !== one) throw new Bad(`has '${this.peek()}' where '${literal}' belongs`);
      this.at++;
    }
  }

  /** The raw text of a string, escapes and all. */
  string() {
    this.take('"');
    const start = this.at;
    for (;;) {
      const one = this.peek();
      if (one < ' ') throw new Bad('has a control character in a string');
      this.at++;
      if (one === '"') return this.text.slice(start, this.at - 1);
      if (one !== '\\') continue;
      const escape = this.peek();
      this.at++;
      if (escape === 'u') {
        for (let i = 0; i < 4; i++, this.at++) {
          if (!/[0-9a-fA-F]/.test(this.peek())) throw new Bad('has a wrong escape');
        }
      } else if (!'"\\/bfnrt'.includes(escape)) {
        throw new Bad('has a wrong escape');
      }
    }
  }

  number() {
    const start = this.at;
    const digits = () => {
      if (!/[0-9]/.test(this.peek())) throw new Bad('has a value that is no number');
      while (this.at < this.text.length && /[0-9]/.test(this.text[this.at])) this.at++;
    };
    if (this.peek() === '-') this.at++;
    if (this.peek() === '0') this.at++;
    else digits();
    if (this.peek() === '.') { this.at++; digits(); }
    if (/[eE]/.test(this.peek())) {
      this.at++;
      if (/[+-]/.test(this.peek())) this.at++;
      digits();
    }
    this.peek();
    return this.text.slice(start, this.at);
  }

  integer() {
    const text = this.number();
    if (!/^-?[0-9]+$/.test(text)) throw new Bad('has a value that is no whole number');
    const value = BigInt(text);
    if (BigInt.asIntN(64, value) !== value) throw new Bad('has a value that is no whole number of 64 bits');
    return value;
  }

  isNull() {
    if (this.peek() !== 'n') return false;
    this.take('null');
    return true;
  }

  orNull(read) { return this.isNull() ? null : read(); }

  hex(length) {
    const text = this.string();
    if (!isHex(text, length)) throw new Bad(`has a value that is not ${length} hex digits`);
    return text;
  }

  /** yyyy-MM-ddTHH:mm:ss.fffZ; returns its day. */
  day() {
    const text = this.string();
    if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/.test(text) || text.startsWith('0000')) throw new Bad('has a value that is no UTC time');
    const time = new Date(text);
    if (Number.isNaN(time.getTime()) || time.toISOString() !== text) throw new Bad('has a value that is no UTC time');
    return text.slice(0, 10).replaceAll('-', '');
  }

  name(name, first = false) {
    if (!first) this.take(',');
    this.take(`"${name}":`);
  }

  hasNext(name) { return this.text.startsWith(`,"${name}":`, this.at); }

  end() {
    this.take('}');
    if (this.at !== this.text.length) throw new Bad('goes on after its object');
  }

  /** An object of strings, numbers and nulls. */
  flatObject() {
    this.take('{');
    for (let first = true; this.peek() !== '}'; first = false) {
      if (!first) this.take(',');
      this.string();
      this.take(':');
      this.scalar();
    }
    this.at++;
  }

  scalar() {
    const one = this.peek();
    if (one === '"') this.string();
    else if (one === 'n') this.take('null');
    else if (/[-0-9]/.test(one)) this.number();
    else throw new Bad('has an object of more than strings and numbers');
  }

  /** Any JSON value without white space; for torn ends. */
  any() {
    const one = this.peek();
    if (one === '{' || one === '[') {
      const close = one === '{' ? '}' : ']';
      this.at++;
      for (let first = true; this.peek() !== close; first = false) {
        if (!first) this.take(',');
        if (one === '{') { this.string(); this.take(':'); }
        this.any();
      }
      this.at++;
    } else if (one === 't') this.take('true');
    else if (one === 'f') this.take('false');
    else this.scalar();
  }
}

function* linesOf(bytes) {
  let start = 0;
  for (let end; (end = bytes.indexOf(10, start)) >= 0; start = end + 1) yield { line: bytes.subarray(start, end) };
  yield { rest: bytes.subarray(start) };
}

/** Whether bytes without LF can be the beginning of a line. */
function isTorn(rest) {
  if (rest.length === 0) return true;
  const begin = '{"timestamp":"';
  const text = rest.toString('latin1');
  if (!text.startsWith(begin.slice(0, text.length))) return false;
  const reader = new Reader(rest);
  try {
    reader.any();
    return reader.at === text.length;
  } catch (e) {
    if (e instanceof Short) return true;
    if (e instanceof Bad) return false;
    throw e;
  }
}

function checkUtf8(bytes) {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Bad('is not UTF-8');
  }
}

class Chain {
  constructor() { this.head = ZEROS; this.fact = 0n; this.any = false; }

  offer(line) {
    const label = ',"hash":"';
    const tail = label.length + 64 + 2;
    const text = line.toString('latin1');
    const body = text.slice(0, -tail);
    if (line.length <= tail || text.slice(-tail, -66) !== label || !text.endsWith('"}')) throw new Bad('does not end in its hash');
    const hash = text.slice(-66, -2);
    if (sha256(Buffer.concat([line.subarray(0, body.length), Buffer.from('}')])) !== hash) throw new Bad('was changed: its hash does not match');
    checkUtf8(line);

    const json = new Reader(line);
    json.take('{');
    json.name('timestamp', true);
    const day = json.day();
    json.name('sequence');
    json.orNull(() => json.integer());
    for (const name of ['conversationId', 'eventType']) { json.name(name); json.orNull(() => json.string()); }
    json.name('payloadHash');
    json.orNull(() => json.hex(16));
    json.name('id');
    const id = json.orNull(() => json.string());
    if (id !== null && !(id.startsWith('evt_') && isHex(id.slice(4), 32))) throw new Bad('has a value that is no event id');
    json.name('action');
    const action = json.string();
    json.name('destination');
    json.orNull(() => json.string());
    json.name('fact');
    const fact = json.integer();
    json.name('detail');
    json.orNull(() => json.flatObject());
    json.name('previous');
    const previous = json.hex(64);
    json.name('hash');
    json.hex(64);
    json.end();

    if (previous !== this.head) throw new Bad('does not follow the line before');
    const begins = action === 'chain-begun';
    const repair = action === 'log-repaired';
    if (begins && (this.any || fact < 0n)) throw new Bad('begins a chain, but is not its first line');
    const expected = repair ? 0n : begins ? fact : this.fact + 1n;
    if (fact !== expected) throw new Bad(`has fact ${fact} where ${expected} belongs`);
    this.any = true;
    this.day = day;
    this.lineFact = fact;
    this.isRepair = repair || fact === 0n;
    if (!repair) this.fact = fact;
    this.head = hash;
  }
}

function parseName(name) {
  const match = /^audit-(\d{8})-(\d{4,})\.jsonl$/.exec(name);
  if (!match) return null;
  const [, day, digits] = match;
  const number = Number(digits);
  const date = `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`;
  const time = new Date(`${date}T00:00:00.000Z`);
  if (day.startsWith('0000') || Number.isNaN(time.getTime()) || time.toISOString().slice(0, 10) !== date) return null;
  if (number < 1 || number > 2147483647 || String(number).padStart(4, '0') !== digits) return null;
  return { name, day, number };
}

const compare = (a, b) => (a.day !== b.day ? (a.day < b.day ? -1 : 1) : a.number - b.number);

class Fault extends Error {
  constructor(file, line, reason) { super(line === 0 ? `${file}: ${reason}` : `${file} line ${line}: ${reason}`); Object.assign(this, { file, line, reason }); }
}

function readCheckpoint(line, number, before) {
  checkUtf8(line);
  const json = new Reader(line);
  json.take('{');
  json.name('timestamp', true);
  json.day();
  let link = null;
  if (json.hasNext('number')) {
    json.name('number');
    link = { number: json.integer() };
    json.name('previous');
    link.previous = json.hex(64);
  }
  json.name('file');
  const file = parseName(json.string());
  if (!file) throw new Bad('has a value that is no name of a log file');
  json.name('lines');
  const lines = json.integer();
  json.name('fact');
  const fact = json.integer();
  if (json.hasNext('journal')) { json.name('journal'); json.hex(32); }
  json.name('head');
  const head = json.hex(64);
  json.name('key');
  const key = json.hex(16);
  const signed = Buffer.concat([line.subarray(0, json.at), Buffer.from('}')]);
  json.name('signature');
  const text = json.string();
  json.end();
  const signature = Buffer.from(text, 'base64');
  if (signature.length !== 64 || signature.toString('base64') !== text) throw new Bad('has no signature of 64 bytes in base64');

  if (link === null && before?.link) throw new Bad('has no number, though the one before has one');
  if (link !== null && link.number !== BigInt(number)) throw new Bad(`has number ${link.number} where ${number} belongs`);
  if (link !== null && link.previous !== (before?.hash ?? ZEROS)) throw new Bad('does not follow the checkpoint before');
  if (before && (compare(file, before.file) || Number(lines - before.lines)) < 0) throw new Bad('signs an earlier line than the one before');
  return { number, link, file, lines, fact, head, key, signed, signature, hash: sha256(line) };
}

function readCheckpoints(directory) {
  const path = join(directory, CHECKPOINTS);
  const all = [];
  if (!existsSync(path)) return { all };
  for (const { line, rest } of linesOf(readFileSync(path))) {
    if (rest) return isTorn(rest) ? { all, torn: rest.length > 0 } : { all, fault: new Fault(CHECKPOINTS, all.length + 1, 'does not end as a line does') };
    try {
      if (line.length > MAX_LINE) throw new Bad('is too long');
      all.push(readCheckpoint(line, all.length + 1, all.at(-1)));
    } catch (e) {
      if (!(e instanceof Bad)) throw e;
      return { all, fault: new Fault(CHECKPOINTS, all.length + 1, e.message) };
    }
  }
}

/** The key and its id; any way in which it cannot be used is a fault. */
function readKey(directory) {
  try {
    const pem = readFileSync(join(directory, KEY), 'latin1');
    const key = createPublicKey(pem);
    const der = key.export({ type: 'spki', format: 'der' });
    if (key.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails.namedCurve !== 'prime256v1') throw new Error('no key of the curve P-256');
    const lines = der.toString('base64').match(/.{1,64}/g).join('\n');
    if (pem !== `-----BEGIN PUBLIC KEY-----\n${lines}\n-----END PUBLIC KEY-----\n`) throw new Error('not the exact bytes of a key');
    return { key, id: sha256(der).slice(0, 16) };
  } catch (e) {
    throw new Fault(KEY, 0, `cannot be used: ${e.message}`);
  }
}

function checkSignatures(directory, all, pinned) {
  if (all.length === 0 && !pinned) return;
  const { key, id } = readKey(directory);
  if (pinned && id !== pinned) throw new Fault(KEY, 0, `is key ${id}, not ${pinned}`);
  if (all.length === 0) throw new Fault(CHECKPOINTS, 0, 'has no checkpoint');
  for (const one of all) {
    if (one.key !== id) throw new Fault(CHECKPOINTS, one.number, `is signed with key ${one.key}, not with ${id}`);
    if (!verifySignature('sha256', one.signed, { key, dsaEncoding: 'ieee-p1363' }, one.signature)) throw new Fault(CHECKPOINTS, one.number, 'was changed: its signature does not match');
  }
}

/** Reads the log. Returns what is wrong with the lines by themselves, what differs from checkpoints, and where it ends. */
function readLog(directory, checkpoints, known) {
  const chain = new Chain();
  const state = { chain, files: 0, lines: 0, file: null, fileLines: 0, seen: 0, hasHead: false, hasJournal: false, notes: [] };
  const at = (line, reason) => new Fault(state.file.name, line, reason);
  const stranger = readdirSync(directory).filter((name) => /^audit-.*\.jsonl$/s.test(name)).sort().find((name) => !parseName(name));
  if (stranger) return { ...state, fault: new Fault(stranger, 0, 'is no name of a log file') };
  const names = readdirSync(directory).map(parseName).filter(Boolean).sort(compare);
  for (const [index, name] of names.entries()) {
    const before = state.file;
    if (name.number !== (before?.day === name.day ? before.number + 1 : 1)) return { ...state, fault: new Fault(name.name, 0, 'does not follow the file before: one was removed') };
    Object.assign(state, { file: name, fileLines: 0 });
    state.files++;
    for (const { line, rest } of linesOf(readFileSync(join(directory, name.name)))) {
      if (rest) {
        if (index < names.length - 1 && (rest.length > 0 || state.fileLines === 0)) return { ...state, fault: at(state.fileLines + 1, 'has no end, though another file follows') };
        if (!isTorn(rest)) return { ...state, fault: at(state.fileLines + 1, 'does not end as a line does') };
        if (rest.length > 0) state.notes.push('torn end');
        break;
      }
      try {
        if (line.length > MAX_LINE) throw new Bad('is too long');
        chain.offer(line);
        const day = before && before.day > chain.day ? before.day : chain.day;
        if (state.fileLines === 0 && !chain.isRepair && name.day !== day) throw new Bad('is not of the day that its file is named after');
      } catch (e) {
        if (!(e instanceof Bad)) throw e;
        return { ...state, fault: at(state.fileLines + 1, e.message) };
      }
      state.lines++;
      state.fileLines++;
      for (let one; (one = checkpoints[state.seen]) && one.lines === BigInt(state.fileLines) && one.file.name === name.name; state.seen++) {
        if (one.head !== chain.head || one.fact !== chain.fact) return { ...state, fault: at(state.fileLines, `is not the one that checkpoint ${one.number} signed`), notAsSigned: true };
      }
      if (known.fact !== undefined && !chain.isRepair && chain.lineFact === BigInt(known.fact)) {
        if (chain.head !== known.hash) return { ...state, fault: at(state.fileLines, 'is not the one that the journal knows') };
        state.hasJournal = true;
      }
      if (chain.head === known.head) state.hasHead = true;
    }
  }
  return state;
}

/** @returns {{ok: boolean, file?: string, line?: number, reason?: string, lines: number, fact: string, head: string, notChecked: string[]}} */
export function verifyLog(directory, { head, key, journal = {} } = {}) {
  const { all, torn, fault: checkpointFault } = readCheckpoints(directory);
  const log = readLog(directory, all, { ...journal, head });
  const result = { lines: log.lines, fact: String(log.chain.fact), head: log.chain.head };
  try {
    if (log.fault && !log.notAsSigned) throw log.fault;
    checkSignatures(directory, all, key);
    if (checkpointFault) throw checkpointFault;
    if (log.fault) throw log.fault;
    const end = (reason) => new Fault(log.file?.name ?? 'audit-*.jsonl', log.fileLines, reason);
    if (log.seen < all.length) throw end(`checkpoint ${all[log.seen].number} signed ${all[log.seen].file.name} line ${all[log.seen].lines}, which is not there`);
    if (journal.fact !== undefined && BigInt(journal.fact) > log.chain.fact) throw end(`the journal knows that the log had reached fact ${journal.fact}`);
    if (head && !log.hasHead) throw end('no line has the head that was given');
    if (journal.newest !== undefined && BigInt(journal.newest) < log.chain.fact) throw end(`the journal's newest fact is ${journal.newest}: lines were added`);
    if (journal.checkpoint && all.length < journal.checkpoint) throw new Fault(CHECKPOINTS, all.length, `the journal knows checkpoint ${journal.checkpoint}, which is not there`);
    if (journal.checkpoint && all[journal.checkpoint - 1].hash !== journal.checkpointHash) throw new Fault(CHECKPOINTS, journal.checkpoint, 'is not the checkpoint that the journal knows');
  } catch (e) {
    if (!(e instanceof Fault)) throw e;
    return { ok: false, file: e.file, line: e.line, reason: e.reason, ...result, notChecked: [] };
  }
  const notChecked = [];
  if (all.length === 0) notChecked.push('signatures: there is no checkpoint');
  else if (!key) notChecked.push('whether the public key is the right one (--key ID)');
  if (journal.fact === undefined && !head) notChecked.push('what follows the newest checkpoint, and whether anything was removed from the end (--journal, --head)');
  if (journal.fact !== undefined && !journal.checkpoint && all.length > 0) notChecked.push('whether checkpoints were removed from the end: the journal remembers none');
  if (all.some((one) => !one.link)) notChecked.push('whether checkpoints of version 1 were removed before the next was written');
  if (torn || log.notes.length > 0) notChecked.push('a torn last line');
  return { ok: true, ...result, notChecked };
}

function main(args) {
  const options = {};
  const directories = [];
  let json = false;
  for (let i = 0; i < args.length; i++) {
    if (args[i] === '--head') options.head = args[++i]?.toLowerCase();
    else if (args[i] === '--key') options.key = args[++i]?.toLowerCase();
    else if (args[i] === '--journal') options.journal = JSON.parse(readFileSync(args[++i], 'utf8'));
    else if (args[i] === '--json') json = true;
    else directories.push(args[i]);
  }
  const wrong = directories.length === 0 || directories.some((one) => one.startsWith('--'))
    || ('head' in options && !isHex(options.head ?? '', 64)) || ('key' in options && !isHex(options.key ?? '', 16));
  if (wrong) {
    console.error('usage: verify-audit.mjs [--head HASH] [--key ID] [--journal FILE] [--json] DIRECTORY...');
    return 2;
  }
  let code = 0;
  for (const directory of directories) {
    const found = verifyLog(directory, options);
    if (!found.ok) code = 3;
    if (json) console.log(JSON.stringify({ directory, ...found }));
    else if (found.ok) console.log(`${directory}: whole, ${found.lines} lines up to fact ${found.fact}, head ${found.head}${found.notChecked.map((part) => `; not checked: ${part}`).join('')}`);
    else console.log(`${directory}: NOT as it was written: ${found.line ? `${found.file} line ${found.line}` : found.file}: ${found.reason}`);
  }
  return code;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    process.exitCode = main(process.argv.slice(2));
  } catch (e) {
    console.error(`Cannot read the audit log: ${e.message}`);
    process.exitCode = 1;
  }
}

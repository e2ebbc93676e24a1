/**
 * A chip that has welded for ever: over an unpaced pty it answers every page request at once, with windows that were made beforehand.
 * A read with a lease (FC23) gets the windows wanted; a bare read (FC03) the next ones of its own. With a pace it makes so many windows a
 * second and keeps them in a ring, as the chip does; with toggles each answer to a lease has an e-stop that has moved. Asked by IPC, it says
 * when it answered what.
 */
import { IDENTITY, LEASE, LEASE_RESULTS, PAGE, PAGE_RECORDS_MAX, STATUS, TOTALS, WINDOW } from "#protocol/chip/arcgateChip.ts";
import { bytesToWords, encodeBlock, wordsToBytes } from "#protocol/chip/codec.ts";
import { decodeLease, encodePage, type LinkSecret, seal } from "#protocol/chip/link.ts";
import type { Window } from "#protocol/chip/window.ts";
import { openWindowAt, windowAt } from "#scripts/bench/pipeline/weldedWindows.ts";
import { withCrc } from "#simulator/chip/wire/crc.ts";
import { RequestReader } from "#simulator/chip/wire/requestReader.ts";
import { PtyLine } from "#simulator/line/ptyLine.ts";

interface Options {
  tty: string;
  device: string;
  linkKeyHex: string;
  /** Without it there are always more. */
  windowsPerS?: number;
  eStopToggles?: boolean;
}

/** Windows from `seq` on, or the toggle of that number, left at this time. */
export interface FountainAnswer {
  seq: number;
  count: number;
  unixMs: number;
}

const READ = 0x03;
const READ_WRITE = 0x17;
const WRITTEN_AT = 10;
const WINDOW_MS = 100;
/** While closed the ring always holds more than is read. */
const AHEAD_WINDOWS = 600;
const RING_WINDOWS = 1_200;
const { tty, device, linkKeyHex, windowsPerS, eStopToggles = false } = JSON.parse(process.argv[2] ?? "") as Options;
const secret: LinkSecret = { key: new Uint8Array(Buffer.from(linkKeyHex, "hex")), bootNonce: new Uint8Array(8).fill(7) };
const reader = new RequestReader();
let rawNext = 0;
let closed = false;
let counter = 0;
let toggles = 0;
const answers: FountainAnswer[] = [];
const startMs = performance.now();

const line = new PtyLine(tty, (bytes) => {
  for (const { pdu } of reader.push(bytes)) {
    const words = answerWords(pdu);
    if (words) line.write(withCrc(Uint8Array.of(1, pdu[0] ?? 0, words.length * 2, ...wordsToBytes(words))));
  }
});

function answerWords(pdu: Uint8Array): Uint16Array | undefined {
  const view = new DataView(pdu.buffer, pdu.byteOffset, pdu.byteLength);
  const address = view.getUint16(1);
  const room = Math.floor((view.getUint16(3) - PAGE.words) / WINDOW.words);
  if (pdu[0] === READ_WRITE) {
    const lease = decodeLease(bytesToWords(pdu.subarray(WRITTEN_AT, WRITTEN_AT + LEASE.words * 2)));
    if (!lease) return undefined;
    closed = lease.mode !== "open";
    counter = lease.counter;
    if (eStopToggles) return toggledPage(lease.readFrom, view.getUint16(3));
    if (closed) return page(lease.readFrom, room, windowAt);
    // Nobody may start while windows wait to be read.
    return page(lease.readFrom, room, openWindowAt, Math.min(PAGE_RECORDS_MAX, room));
  }
  if (pdu[0] !== READ) return undefined;
  if (address === IDENTITY.address) return identity();
  if (address === TOTALS.address) return totals();
  return rawPage(view.getUint16(3), room);
}

/** What was read is gone: there is nobody who could confirm it. */
function rawPage(words: number, room: number): Uint16Array {
  const made = windowsPerS === undefined ? rawNext + AHEAD_WINDOWS : Math.floor(((performance.now() - startMs) * windowsPerS) / 1_000);
  rawNext = Math.max(rawNext, made - RING_WINDOWS);
  const count = Math.min(room, PAGE_RECORDS_MAX, made - rawNext);
  const answer = padded(page(rawNext, count, windowAt), words);
  if (windowsPerS !== undefined && count > 0) answers.push({ seq: rawNext, count, unixMs: performance.timeOrigin + performance.now() });
  rawNext += count;
  return answer;
}

/** As many words as were asked for. */
function padded(page: Uint16Array, words: number): Uint16Array {
  const answer = new Uint16Array(words);
  answer.set(page);
  return answer;
}

function toggledPage(readFrom: number, words: number): Uint16Array {
  toggles += 1;
  answers.push({ seq: toggles, count: 1, unixMs: performance.timeOrigin + performance.now() });
  return padded(page(readFrom, 0, windowAt, 0), words);
}

function page(readFrom: number, records: number, window: (seq: number) => Window, ahead = AHEAD_WINDOWS): Uint16Array {
  const count = Math.min(PAGE_RECORDS_MAX, records);
  const windows = Array.from({ length: count }, (_, index) => window(readFrom + index));
  const pressed = toggles % 2 === 1 ? STATUS.eStop : 0;
  const status = closed ? STATUS.commandedClosed | STATUS.mirrorClosed | STATUS.leaseHeld : pressed;
  const header = {
    ...{ status, fault: 0, openedBy: 0, leaseRemainingMs: 8_000, uptimeMs: 0, leaseCounter: counter },
    ...{ leaseResult: LEASE_RESULTS.indexOf("accepted"), voltageVolts: 24, currentAmps: 120, startPresses: 0 },
    ...{ firstSeq: readFrom, records: count, nextSeq: readFrom + ahead, lostWindows: 0, mac: new Uint8Array(8) },
  };
  return encodePage(header, windows, WINDOW_MS, secret);
}

function identity(): Uint16Array {
  return encodeBlock(IDENTITY, {
    ...{ magic: 0x4147, mapVersion: 1, firmware: 0x10000, uid: new Uint8Array(12), deviceCode: device, macAlgorithm: 1 },
    ...{ bootNonce: secret.bootNonce, bootCount: 1, windowMs: WINDOW_MS, ringDepth: 1_200, sensorRangeAmps: 600, sensorRangeVolts: 200 },
    ...{ arcMinAmps: 15, alternating: 0, leaseCounter: counter, session: 0 },
  });
}

function totals(): Uint16Array {
  const zero = { session: 0, arcMs: 0, chargeAmpereSeconds: 0, energyJoules: 0, strikes: 0, shorts: 0, shortMs: 0, closedMs: 0 };
  return seal(TOTALS, { ...zero, lastSeq: 0, bootCount: 1, closed: 0, reserved: 0, mac: new Uint8Array(8) }, secret);
}

process.on("message", () => process.send?.({ answers }));
process.send?.({ tty });
process.on("disconnect", () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));

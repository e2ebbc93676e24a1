/** A machine's hours in the field as the journal has them, the same in every run: core, receipts and journal are the product's, machine and time are not real. */
import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { startClock } from "#agent/core/clock/interval.ts";
import type { DeviceSigner, Journal, JournalRow } from "#agent/ports.ts";
import { MachineDriver } from "#agent/runtime/machineDriver.ts";
import { Receipts } from "#agent/runtime/receipts.ts";
import { openJournal } from "#agent/shell/store/journal.ts";
import { createTrustStore } from "#protocol/crypto.ts";
import { type BatchHead, decodeBatch } from "#protocol/events/batch.ts";
import { GENESIS, LANES } from "#protocol/events/event.ts";
import { inFolder } from "#scripts/bench/base/workplace.ts";
import { WeldedLink } from "#scripts/bench/encoding/weldedLink.ts";
import { certifiedScan, setupOf } from "#scripts/bench/pipeline/ourWindows.ts";
import { stageDevice } from "#simulator/stage/stage.ts";

const NOW_MS = 1_780_000_000_000;
const REFUSED_SCAN_EVERY_S = 720;
const ROWS_MAX = 10_000;
/** PKCS#8 of an Ed25519 key, before its 32 bytes: a key that is the same in every run signs the same receipts. */
const PKCS8_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");

/** One lane's rows; those that were committed together go out together while the machine is on line. */
export interface LaneRows {
  head: Omit<BatchHead, "prev">;
  rows: JournalRow[];
  groups: JournalRow[][];
}

export function fieldCorpus(hours: number): Promise<LaneRows[]> {
  return inFolder(async (folder) => {
    const journal = openJournal({ path: join(folder, "corpus.sqlite"), initialEpoch: 1_780_000_000 });
    const device = stageDevice("ZX7-400", 0);
    const ends = new Map<string, number[]>(LANES.map((lane) => [lane, []]));
    await play(device, journal, hours, (lane) => ends.get(lane)?.push(journal.stream({ device, lane }).lastSeq));
    const lanes = LANES.map((lane) => {
      const { rows } = journal.read({ device, lane }, 0, ROWS_MAX);
      const plain = rows.map((row) => plainRow(row));
      const head = { device, lane, chain: journal.chain, reissue: false };
      return { head, rows: plain, groups: groupsOf(plain, ends.get(lane) ?? []) };
    });
    journal.close();
    return lanes;
  });
}

/** Throws when what was made is no batch of the specification: a bench of something else would measure nothing. */
export function assertReadable(batch: Uint8Array, inflate: Parameters<typeof decodeBatch>[1]): void {
  const refused = decodeBatch(batch, inflate).events.find(({ verdict }) => !verdict.ok);
  if (refused) throw new Error(`the corpus has an event that the dictionary refuses: ${refused.event.kind}`);
}

export function prevOf(rows: readonly JournalRow[], from: number): string {
  return rows[from - 1]?.hash ?? GENESIS;
}

async function play(device: string, journal: Journal, hours: number, committed: (lane: (typeof LANES)[number]) => void): Promise<void> {
  const virtual = { monoMs: 0 };
  const time = startClock(NOW_MS, 0);
  const log = { info: () => undefined, warn: (fields: object, text: string) => console.error(text, fields) };
  // Nothing is shown, and the ticks are given by hand.
  const after = () => () => undefined;
  const receipts = new Receipts({ key: fixedKey(), trust: createTrustStore([]), journal, after, ask: () => Promise.resolve(), log });
  const driver = new MachineDriver(
    {
      setup: setupOf(device),
      link: new WeldedLink(device, () => virtual.monoMs),
      journal,
      clock: { monoMs: () => virtual.monoMs },
      time: () => time,
      after,
      log,
      companions: () => [],
      committed: (_device, events) => {
        for (const lane of new Set(events.map((event) => event.lane))) committed(lane);
      },
      stepped: () => undefined,
      seal: (machine, draft) => receipts.seal(machine, draft),
    },
    "bench",
  );
  for (let s = 0; s < hours * 3_600; s++) {
    virtual.monoMs += 1_000;
    driver.dispatch({ type: "tick" });
    await nextTurn();
    if (s === 3) void driver.scan(certifiedScan());
    else if (s % REFUSED_SCAN_EVERY_S === 10) void driver.scan({ ...certifiedScan(), pass: null, refusal: "pass.replayed", entry: null });
  }
}

function fixedKey(): DeviceSigner {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, Buffer.alloc(32, 7)]), format: "der", type: "pkcs8" });
  const spki = createPublicKey(key).export({ type: "spki", format: "der" });
  return {
    algorithm: "ed25519",
    publicKey: new Uint8Array(spki.subarray(-32)),
    sign: (message) => new Uint8Array(sign(null, message, key)),
  };
}

/** A row of the journal unpacks its text when it is asked: here once, outside what is measured. */
function plainRow({ seq, epoch, kind, session, time, payloadText, digest, hash }: JournalRow): JournalRow {
  return { seq, epoch, kind, session, time, payloadText, digest, hash };
}

function groupsOf(rows: readonly JournalRow[], ends: readonly number[]): JournalRow[][] {
  return ends.map((end, index) => rows.slice(ends[index - 1] ?? 0, end)).filter((group) => group.length > 0);
}

/** What can still be said of a journal's file, damaged or of an older format: only what verifies, and what is missing beside it. */
import type Database from "better-sqlite3";
import { brokenCheckpoint, newestText } from "#agent/shell/store/journalCheckpoints.ts";
import { type JournalLooks, prepareLooks, type SealedRow } from "#agent/shell/store/journalLooks.ts";
import { sealOf, TALLY, type TalliedTable } from "#agent/shell/store/journalSeals.ts";
import type { DeadLetterRow, StreamRow } from "#agent/shell/store/journalStatements.ts";
import {
  deviceIdOf,
  emptyStream,
  type Hole,
  laneOf,
  loadHoles,
  type StreamRecord,
  streamId,
  streamRecord,
  streamSeal,
} from "#agent/shell/store/journalStreams.ts";
import { type StoredText, unpackText } from "#agent/shell/store/journalText.ts";
import { tallyFaults } from "#agent/shell/store/journalVerify.ts";
import { CHAIN, EPOCH, isDamage, SUSPECT } from "#agent/shell/store/journalWords.ts";
import { GENESIS, LANES } from "#protocol/events/event.ts";

export interface SalvagedStream {
  record: StreamRecord;
  /** Whether the stream's own row holds; else `record` says no more than which stream it is. */
  isSound: boolean;
  holes: readonly Hole[];
}

export interface Salvage {
  chain: number;
  epoch: number;
  devices: readonly string[];
  streams: readonly SalvagedStream[];
  values: readonly { name: string; value: string }[];
  /** The newest text of each device. */
  checkpoints: ReadonlyMap<number, string>;
  deadLetters: readonly DeadLetterRow[];
  /** Parts of which something does not hold. */
  damaged: readonly { part: "device" | "cursor" | "checkpoint" | "value" | "deadLetter"; device: string | null }[];
}

/** Values that the new file has of its own. */
const OWN_VALUES: readonly string[] = [CHAIN, EPOCH, TALLY, SUSPECT];

const PART_OF = { device: "device", value: "value", dead_letter: "deadLetter", hole: "cursor" } as const satisfies Record<
  TalliedTable,
  string
>;

/** Null when not even the machines or the chain are known: then nothing in it can be verified. */
export function salvageTables(database: Database.Database): Salvage | null {
  const looks = prepareLooks(database);
  const damaged: Salvage["damaged"][number][] = [];
  const read = <T>(part: Salvage["damaged"][number]["part"], look: () => T[]): T[] => {
    try {
      return look();
    } catch (error) {
      if (!isDamage(error)) throw error;
      damaged.push({ part, device: null });
      return [];
    }
  };
  const sound = (part: Salvage["damaged"][number]["part"], table: TalliedTable) => {
    const rows = read(part, () => looks.tallied[table].all());
    const good = rows.filter((row) => sealOf(table, ...row.slice(0, -1)) === row.at(-1));
    if (good.length < rows.length) damaged.push({ part, device: null });
    return good;
  };
  const rows = read("cursor", () => looks.streams.all()).filter((row) => streamSeal(row) === row.seal);
  const devices = devicesOf(sound("device", "device"), rows);
  const values = sound("value", "value").map(([name, value]) => ({ name: String(name), value: String(value) }));
  const chain = Number(values.find(({ name }) => name === CHAIN)?.value ?? rows[0]?.chain ?? Number.NaN);
  if (devices === null || Number.isNaN(chain)) return null;
  const holes = loadHoles(
    sound("cursor", "hole").map(([key, from_seq, hash]) => ({ key: Number(key), from_seq: Number(from_seq), hash: hash as Uint8Array })),
  );
  const streams = streamsOf(devices, rows, holes);
  for (const { record, isSound } of streams) if (!isSound) damaged.push({ part: "cursor", device: record.device });
  const checkpoints = checkpointsOf(looks, streams, damaged);
  for (const { table } of read("value", () => tallyFaults(looks))) damaged.push({ part: PART_OF[table as TalliedTable], device: null });
  return {
    chain,
    epoch: Number(values.find(({ name }) => name === EPOCH)?.value ?? chain),
    devices,
    streams,
    values: values.filter(({ name }) => !OWN_VALUES.includes(name)),
    checkpoints,
    deadLetters: sound("deadLetter", "dead_letter").map(deadLetterOf),
    damaged: damaged.filter(
      ({ part, device }, index) => damaged.findIndex((each) => each.part === part && each.device === device) === index,
    ),
  };
}

/** A device's code stands in its own row and in those of its streams. */
function devicesOf(devices: readonly SealedRow[], streams: readonly StreamRow[]): string[] | null {
  const codes: (string | undefined)[] = [];
  for (const { id, device } of streams) codes[deviceIdOf(id)] = device;
  for (const [id, code] of devices) codes[Number(id)] = String(code);
  const known = Array.from(codes, (code) => code).filter((code) => code !== undefined);
  return known.length === codes.length ? known : null;
}

function streamsOf(devices: readonly string[], rows: readonly StreamRow[], holes: ReadonlyMap<number, Hole[]>): SalvagedStream[] {
  return devices.flatMap((device, deviceId) =>
    LANES.map((lane) => {
      const id = streamId(deviceId, lane);
      const row = rows.find((each) => each.id === id);
      return { record: row ? streamRecord(row) : emptyStream(id, device), isSound: row !== undefined, holes: holes.get(id) ?? [] };
    }),
  );
}

/** One that is older than its stream's last commit is none: what came after it would be told twice. */
function checkpointsOf(
  looks: JournalLooks,
  streams: readonly SalvagedStream[],
  damaged: Salvage["damaged"][number][],
): Map<number, string> {
  const kept = new Map<number, string>();
  for (const { record, isSound } of streams.filter((each) => laneOf(each.record.id) === "legal")) {
    const device = deviceIdOf(record.id);
    const whole = readOrNone(() => looks.checkpoint.get(device));
    const change = readOrNone(() => looks.checkpointChange.get(device));
    const wanted = isSound ? record.checkpoint : (change?.seal ?? null);
    if (brokenCheckpoint(wanted, whole, change) !== null) damaged.push({ part: "checkpoint", device: record.device });
    else if (whole && change) kept.set(device, newestText({ ...whole, ...change }));
  }
  return kept;
}

function readOrNone<Row>(look: () => Row | undefined): Row | undefined {
  try {
    return look();
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
}

function deadLetterOf([key, code, digest]: SealedRow): DeadLetterRow {
  return { key: Number(key), code: String(code), digest: digest as Uint8Array };
}

interface CursorOfFormat1 {
  id: number;
  acked_seq: number;
  forgotten_seq: number;
  forgotten_hash: Uint8Array;
}

/** Format 1 had neither seals nor heads: a stream ends where its rows end, and what is small is taken as it is. */
export function readFormat1(database: Database.Database): Salvage | null {
  const values = database.prepare<[], { name: string; value: string }>("SELECT name, value FROM value").all();
  const number = (name: string) => Number(values.find((each) => each.name === name)?.value ?? Number.NaN);
  if (Number.isNaN(number(CHAIN))) return null;
  const cursors = database.prepare<[], CursorOfFormat1>("SELECT * FROM stream").all();
  const devices = database.prepare<[], string>("SELECT code FROM device ORDER BY id").pluck().all();
  const states = database.prepare<[], { device: number; state: StoredText }>("SELECT device, state FROM checkpoint").all();
  const streams = devices.flatMap((device, deviceId) =>
    LANES.map((lane) => {
      const id = streamId(deviceId, lane);
      return { record: recordOfFormat1(database, emptyStream(id, device), cursors), isSound: true, holes: [] };
    }),
  );
  return {
    chain: number(CHAIN),
    epoch: number(EPOCH),
    devices,
    streams,
    values: values.filter(({ name }) => name !== CHAIN && name !== EPOCH),
    checkpoints: new Map(states.map(({ device, state }) => [device, unpackText(state)])),
    deadLetters: database.prepare<[], DeadLetterRow>("SELECT key, code, digest FROM dead_letter ORDER BY key").all(),
    damaged: [],
  };
}

function recordOfFormat1(database: Database.Database, empty: StreamRecord, cursors: readonly CursorOfFormat1[]): StreamRecord {
  const cursor = cursors.find(({ id }) => id === empty.id);
  const last = database
    .prepare<[number, number], { key: number; hash: Uint8Array }>(
      "SELECT key, hash FROM event WHERE key > ? AND key < ? ORDER BY key DESC LIMIT 1",
    )
    .get(empty.id * 2 ** 40, (empty.id + 1) * 2 ** 40);
  const forgottenSeq = cursor?.forgotten_seq ?? 0;
  const forgottenHash = cursor ? Buffer.from(cursor.forgotten_hash).toString("hex") : GENESIS;
  return {
    ...empty,
    ackedSeq: cursor?.acked_seq ?? 0,
    forgottenSeq,
    forgottenHash,
    lastSeq: last ? last.key % 2 ** 40 : forgottenSeq,
    head: last ? Buffer.from(last.hash).toString("hex") : forgottenHash,
  };
}

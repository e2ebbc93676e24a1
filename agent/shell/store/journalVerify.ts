/** Does the journal's file hold? Every row against its chain, every small row against its seal, every table against the tally. */
import type Database from "better-sqlite3";
import { brokenCheckpoint } from "#agent/shell/store/journalCheckpoints.ts";
import { type JournalLooks, prepareLooks, type SealedRow } from "#agent/shell/store/journalLooks.ts";
import { hasOurTables } from "#agent/shell/store/journalSchema.ts";
import {
  isSeal,
  NO_ROWS,
  parseTally,
  type Seal,
  sealOf,
  TALLIED,
  TALLY,
  type TalliedTable,
  type Tally,
  toggled,
} from "#agent/shell/store/journalSeals.ts";
import {
  deviceIdOf,
  type Hole,
  laneOf,
  loadHoles,
  rowKey,
  type StreamRecord,
  seqOf,
  streamId,
  streamOf,
  streamRecord,
  streamSeal,
} from "#agent/shell/store/journalStreams.ts";
import { type GoodRow, StreamWalk } from "#agent/shell/store/journalWalk.ts";
import { isDamage } from "#agent/shell/store/journalWords.ts";
import type { HexDigest } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { LANES, type Lane } from "#protocol/events/event.ts";

/** What does not hold, and where: a row, or a table where no row is left to name. */
export interface JournalFault {
  table: string;
  device: string | null;
  lane: Lane | null;
  seq: number | null;
  detail: string;
}

/** A head that somebody else vouches for: the chip's mirror, or the platform's watermark. */
export interface Anchor {
  device: string;
  lane: Lane;
  seq: number;
  hash: HexDigest;
}

const ROWS_AT_ONCE = 256;

/** Looks at a journal through one connection, as often as it is asked. */
export class JournalVerifier {
  readonly #database: Database.Database;
  readonly #looks: JournalLooks;

  constructor(database: Database.Database) {
    this.#database = database;
    this.#looks = prepareLooks(database);
  }

  /** Everything. `structure` has SQLite look at its own pages too, which takes as long as reading all of them. */
  all(options: { anchors?: readonly Anchor[]; structure?: boolean } = {}): JournalFault[] {
    const { anchors = [] } = options;
    const faults = this.tables();
    const holes = loadHoles(this.#looks.holes.all());
    const streams = this.soundStreams();
    for (const stream of streams) faults.push(...verifyRows(this.#looks, stream, holes.get(stream.record.id) ?? [], anchors));
    for (const anchor of anchors) if (!streams.some((stream) => isOf(anchor, stream))) faults.push(anchorFault(anchor, "no such record"));
    if (!options.structure) return faults;
    const said = this.#looks.structure.all();
    return [...faults, ...said.filter((line) => line !== "ok").map((line) => tableFault("file", line))];
  }

  /** Everything but the rows of events. */
  tables(): JournalFault[] {
    if (!hasOurTables(this.#database)) return [tableFault("sqlite_schema", "the tables are not those of a journal")];
    const looks = this.#looks;
    return [
      ...TALLIED.flatMap((table) => sealedFaults(looks, table)),
      ...tallyFaults(looks),
      ...streamFaults(looks),
      ...checkpointFaults(looks),
      ...strayFaults(looks),
    ];
  }

  /** Streams whose own row holds. */
  soundStreams(): SoundStream[] {
    return this.#looks.streams
      .all()
      .filter((row) => streamSeal(row) === row.seal)
      .map((row) => ({ record: streamRecord(row), chain: row.chain }));
  }
}

export interface SoundStream {
  record: StreamRecord;
  chain: number;
}

/** The whole file, pages and all, whatever has become of it. */
export function verifyJournal(database: Database.Database, anchors: readonly Anchor[] = []): JournalFault[] {
  try {
    return new JournalVerifier(database).all({ anchors, structure: true });
  } catch (error) {
    if (!isDamage(error)) throw error;
    return [tableFault("file", error.message)];
  }
}

function verifyRows(
  looks: JournalLooks,
  { record, chain }: SoundStream,
  holes: readonly Hole[],
  anchors: readonly Anchor[],
): JournalFault[] {
  const { id, device, forgottenSeq: seq, forgottenHash: hash } = record;
  const stream = { id, device, lane: laneOf(id), chain };
  const mine = anchors.filter((anchor) => isOf(anchor, { record }));
  const compared = new Set<Anchor>();
  const faults: JournalFault[] = [];
  const fault = (at: number, detail: string) => faults.push({ table: "event", device, lane: stream.lane, seq: at, detail });
  const heldAt = (row: Pick<GoodRow, "seq" | "hash">) => {
    for (const anchor of mine) {
      if (anchor.seq !== row.seq) continue;
      compared.add(anchor);
      if (anchor.hash !== row.hash) faults.push(anchorFault(anchor, "not what was mirrored"));
    }
  };
  heldAt({ seq, hash });
  const walk = new StreamWalk(looks, stream, { seq, hash }, holes, heldAt);
  while (walk.step(ROWS_AT_ONCE));
  walk.finish(record);
  for (const damage of walk.damages) fault(damage.fromSeq, damage.detail);
  for (const anchor of mine) {
    if (anchor.seq > record.lastSeq) fault(record.lastSeq + 1, `less than was mirrored: ${anchor.seq}`);
    else if (!compared.has(anchor)) faults.push(anchorFault(anchor, "forgotten or lost: there is nothing to compare"));
  }
  return faults;
}

function isOf(anchor: Anchor, { record }: Pick<SoundStream, "record">): boolean {
  return anchor.device === record.device && anchor.lane === laneOf(record.id);
}

function anchorFault({ device, lane, seq }: Anchor, detail: string): JournalFault {
  return { table: "event", device, lane, seq, detail };
}

function holds(table: string, row: SealedRow): boolean {
  return sealOf(table, ...row.slice(0, -1)) === row.at(-1);
}

function sealedFaults(looks: JournalLooks, table: TalliedTable): JournalFault[] {
  return looks.tallied[table]
    .all()
    .filter((row) => !holds(table, row))
    .map((row) => tableFault(table, `row ${String(row[0])}: not as it was written`));
}

/** Tables that have rows too few, or too many. */
export function tallyFaults(looks: JournalLooks): JournalFault[] {
  const values = looks.tallied.value.all();
  const row = values.find(([name]) => name === TALLY);
  let tally: Tally;
  try {
    tally = parseTally(typeof row?.[1] === "string" ? row[1] : undefined);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return [tableFault("value", error.detail)];
  }
  const rowsOf = (table: TalliedTable) => (table === "value" ? values.filter(([name]) => name !== TALLY) : looks.tallied[table].all());
  return TALLIED.filter((table) => sumOf(rowsOf(table)) !== tally[table]).map((table) =>
    tableFault(table, "rows are missing, or too many"),
  );
}

function sumOf(rows: readonly SealedRow[]): Seal {
  return rows
    .map((row) => row.at(-1))
    .filter(isSeal)
    .reduce(toggled, NO_ROWS);
}

function streamFaults(looks: JournalLooks): JournalFault[] {
  const rows = looks.streams.all();
  const devices = looks.tallied.device.all();
  const faults = rows
    .filter((row) => streamSeal(row) !== row.seal || devices[deviceIdOf(row.id)]?.[1] !== row.device)
    .map((row) => ({ table: "stream", device: row.device, lane: laneOf(row.id), seq: null, detail: "not as it was written" }));
  const wanted = devices.flatMap((_device, index) => LANES.map((lane) => streamId(index, lane)));
  const missing = wanted.length !== rows.length || rows.some((row, index) => row.id !== wanted[index]);
  return missing ? [...faults, tableFault("stream", "rows are missing, or too many")] : faults;
}

function checkpointFaults(looks: JournalLooks): JournalFault[] {
  const wholes = new Map(looks.checkpoints.all().map((row) => [row.device, row]));
  const changes = new Map(looks.checkpointChanges.all().map((row) => [row.device, row]));
  const faults: JournalFault[] = [];
  for (const { id, device, checkpoint } of looks.streams.all()) {
    if (laneOf(id) !== "legal") continue;
    const table = brokenCheckpoint(checkpoint, wholes.get(deviceIdOf(id)), changes.get(deviceIdOf(id)));
    if (table) faults.push({ table, device, lane: null, seq: null, detail: "not the one of the last commit" });
    wholes.delete(deviceIdOf(id));
    changes.delete(deviceIdOf(id));
  }
  if (wholes.size > 0) faults.push(tableFault("checkpoint", "of no device"));
  return changes.size === 0 ? faults : [...faults, tableFault("checkpoint_change", "of no device")];
}

/** Rows that belong to no stream, lie where rows were forgotten, or beyond the last. */
function strayFaults(looks: JournalLooks): JournalFault[] {
  const rows = looks.streams.all();
  const ranges = rows.flatMap((row): [number, number][] => [
    [rowKey(row.id, 0), rowKey(row.id, row.forgotten_seq + 1)],
    [rowKey(row.id, row.last_seq + 1), rowKey(row.id + 1, 0)],
  ]);
  const beyond: [number, number] = [rowKey((rows.at(-1)?.id ?? -1) + 1, 0), 2 ** 63];
  return [[-(2 ** 63), 0] as [number, number], ...ranges, beyond].flatMap(([from, to]) => {
    const key = looks.keyFrom.get(from, to);
    if (key === undefined) return [];
    const stream = rows.find(({ id }) => id === streamOf(key));
    return [
      {
        table: "event",
        device: stream?.device ?? null,
        lane: stream ? laneOf(stream.id) : null,
        seq: seqOf(key),
        detail: "belongs to nothing",
      },
    ];
  });
}

function tableFault(table: string, detail: string): JournalFault {
  return { table, device: null, lane: null, seq: null, detail };
}

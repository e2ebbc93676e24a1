/** Random changes to a journal's file, of the kinds that cards and people make. */
import Database from "better-sqlite3";
import { checkpointChangeSeal, checkpointSeal } from "#agent/shell/store/journalSeals.ts";
import { rowKey, seqOf, streamOf } from "#agent/shell/store/journalStreams.ts";
import { LEGAL, MACHINE, OTHER_MACHINE, TELEMETRY } from "#test/journal/fixtures.ts";

type Cell = string | number | null | Uint8Array;
export type Random = () => number;

/** Where a fault must be found; a part that is undefined is not asked for. */
export interface Place {
  table: string;
  device?: string;
  lane?: string;
  seq?: number | undefined;
}

const EVENT_COLUMNS = ["epoch", "kind", "session", "mono_ms", "earliest_ms", "latest_ms", "payload", "digest", "hash"] as const;
const SMALL_TABLES = {
  device: ["id", "code", "seal"],
  stream: [
    "id",
    "device",
    "chain",
    "acked_seq",
    "forgotten_seq",
    "forgotten_hash",
    "last_seq",
    "head",
    "verified_seq",
    "checkpoint",
    "seal",
  ],
  checkpoint: ["device", "state", "seal"],
  checkpoint_change: ["device", "whole", "change", "seal"],
  dead_letter: ["key", "code", "digest", "seal"],
  value: ["name", "value", "seal"],
} as const;

/** Changes the database by SQL and says where that must be found; null when nothing came of it. */
export class Mutator {
  readonly #database: Database.Database;
  readonly #donor: Database.Database;
  readonly #random: Random;
  readonly #keys: readonly number[];
  readonly #statements = new Map<string, Database.Statement<Cell[]>>();

  constructor(database: Database.Database, donor: Database.Database, random: Random) {
    this.#database = database;
    this.#donor = donor;
    this.#random = random;
    this.#keys = database.prepare<[], number>("SELECT key FROM event ORDER BY key").pluck().all();
  }

  mutate(): Place | null {
    const kinds = [this.#editRow, this.#editRow, this.#deleteRows, this.#moveRow, this.#swapRows, this.#splice, this.#truncate];
    return this.#pick([...kinds, this.#editSmallRow, this.#editSmallRow, this.#deleteSmallRow, this.#copyCursor]).call(this);
  }

  #editRow(): Place | null {
    const key = this.#pick(this.#keys);
    const column = this.#pick(EVENT_COLUMNS);
    return this.#edit("event", column, "key", key) ? this.#placeOf(key) : null;
  }

  #deleteRows(): Place {
    const key = this.#pick(this.#keys);
    const count = this.#random() < 0.6 ? 1 : 1 + Math.floor(this.#random() * 5);
    this.#run("DELETE FROM event WHERE key >= ? AND key < ?", key, key + count);
    return this.#placeOf(key);
  }

  #moveRow(): Place | null {
    const key = this.#pick(this.#keys);
    const to =
      this.#random() < 0.5 ? rowKey(streamOf(key), 200 + Math.floor(this.#random() * 9)) : Math.floor(this.#random() * 2 ** 44) - 2 ** 41;
    if (this.#keys.includes(to)) return null;
    this.#run("UPDATE event SET key = ? WHERE key = ?", to, key);
    return { table: "event" };
  }

  #swapRows(): Place | null {
    const [one, other] = [this.#pick(this.#keys), this.#pick(this.#keys)];
    if (one === other) return null;
    this.#run("UPDATE event SET key = CASE key WHEN ? THEN -1 ELSE -2 END WHERE key IN (?, ?)", one, one, other);
    this.#run("UPDATE event SET key = CASE key WHEN -1 THEN ? ELSE ? END WHERE key < 0", other, one);
    return this.#placeOf(streamOf(one) === streamOf(other) ? Math.min(one, other) : one);
  }

  /** A row of another place, lane, machine or journal, with the hash that it has there. */
  #splice(): Place | null {
    const key = this.#pick(this.#keys);
    const source = this.#random() < 0.5 ? this.#donor : this.#database;
    const from = this.#pick(this.#keys);
    if (from === key && source === this.#database) return null;
    const row = source.prepare<[number], Cell[]>("SELECT * FROM event WHERE key = ?").raw().get(from);
    const same = this.#database.prepare<[number], Cell[]>("SELECT * FROM event WHERE key = ?").raw().get(key);
    if (!row || JSON.stringify(row) === JSON.stringify(same)) return null;
    this.#run(`INSERT OR REPLACE INTO event VALUES (${row.map(() => "?").join()})`, key, ...row.slice(1));
    // The first row of another journal of this machine follows from GENESIS as ours does: only the second shows it.
    return seqOf(key) === 1 ? { ...this.#placeOf(key), seq: undefined } : this.#placeOf(key);
  }

  #truncate(): Place {
    const key = this.#pick(this.#keys);
    this.#run("DELETE FROM event WHERE key >= ? AND key < ?", key, rowKey(streamOf(key) + 1, 0));
    return this.#placeOf(key);
  }

  #editSmallRow(): Place | null {
    const table = this.#pick(Object.keys(SMALL_TABLES) as (keyof typeof SMALL_TABLES)[]);
    const columns = SMALL_TABLES[table];
    const [id] = columns;
    const row = this.#pick(this.#database.prepare<[], Cell>(`SELECT ${id} FROM ${table}`).pluck().all());
    return this.#edit(table, this.#pick(columns), id, row) ? { table } : null;
  }

  #deleteSmallRow(): Place {
    const table = this.#pick(Object.keys(SMALL_TABLES) as (keyof typeof SMALL_TABLES)[]);
    const [id] = SMALL_TABLES[table];
    this.#run(
      `DELETE FROM ${table} WHERE ${id} = ?`,
      this.#pick(this.#database.prepare<[], Cell>(`SELECT ${id} FROM ${table}`).pluck().all()),
    );
    return { table };
  }

  /** One stream's cursor in another's place, or an old checkpoint, or change of one, with a seal of its own. */
  #copyCursor(): Place {
    const draw = this.#random();
    if (draw < 0.3) {
      const device = Math.floor(this.#random() * 2);
      const change = this.#random() < 0.5 ? null : Buffer.from(`older ${this.#random()}`);
      const read = this.#database.prepare<[number], { whole: string; change: Uint8Array | null }>(
        "SELECT whole, change FROM checkpoint_change WHERE device = ?",
      );
      const { whole, change: before } = read.get(device) ?? { whole: "", change: null };
      if (change === null && before === null) return this.#copyCursor();
      const sealed = checkpointChangeSeal(device, whole, change);
      this.#run("UPDATE checkpoint_change SET change = ?, seal = ? WHERE device = ?", change, sealed, device);
      return { table: "checkpoint_change" };
    }
    if (draw < 0.6) {
      const device = Math.floor(this.#random() * 2);
      const state = `{"index":${Math.floor(this.#random() * 10)}}`;
      this.#run("UPDATE checkpoint SET state = ?, seal = ? WHERE device = ?", state, checkpointSeal(device, state), device);
      return { table: "checkpoint" };
    }
    const to = Math.floor(this.#random() * 4);
    const from = (to + 1 + Math.floor(this.#random() * 3)) % 4;
    const copied = SMALL_TABLES.stream.slice(1);
    this.#run(`UPDATE stream SET (${copied.join()}) = (SELECT ${copied.join()} FROM stream WHERE id = ?) WHERE id = ?`, from, to);
    return { table: "stream" };
  }

  #edit(table: string, column: string, idColumn: string, id: Cell): boolean {
    const read = this.#database.prepare<[Cell], Cell>(`SELECT ${column} FROM ${table} WHERE ${idColumn} = ?`).pluck();
    const before = read.get(id) ?? null;
    try {
      this.#run(`UPDATE ${table} SET ${column} = ? WHERE ${idColumn} = ?`, this.#changed(before), id);
    } catch (error) {
      if (error instanceof Database.SqliteError && error.code.startsWith("SQLITE_CONSTRAINT")) return false;
      if (error instanceof Database.SqliteError && error.code === "SQLITE_MISMATCH") return false;
      throw error;
    }
    if (column === idColumn)
      return this.#database.prepare<[Cell], Cell>(`SELECT 1 FROM ${table} WHERE ${idColumn} = ?`).pluck().get(id) === undefined;
    return !isSame(before, read.get(id) ?? null);
  }

  #changed(cell: Cell): Cell {
    const draw = this.#random();
    if (draw < 0.05) return null;
    if (draw < 0.1) return Buffer.from(String(cell));
    if (draw < 0.15) return Math.floor(this.#random() * 1000);
    if (draw < 0.2) return String(cell);
    if (typeof cell === "number") return draw < 0.6 ? cell + 1 : cell + (this.#random() - 0.5) * 1000;
    if (cell === null) return Math.floor(this.#random() * 1000);
    const bytes = Buffer.from(cell);
    if (draw < 0.3) return typeof cell === "string" ? cell.slice(0, -1) : bytes.subarray(1);
    const at = Math.floor(this.#random() * bytes.length);
    if (typeof cell === "string") return `${cell.slice(0, at)}${this.#random() < 0.5 ? "7" : "a"}${cell.slice(at + 1)}`;
    bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(this.#random() * 8));
    return bytes;
  }

  #placeOf(key: number): Place {
    const device = streamOf(key) < 2 ? MACHINE : OTHER_MACHINE;
    return { table: "event", device, lane: streamOf(key) % 2 === 0 ? LEGAL.lane : TELEMETRY.lane, seq: seqOf(key) };
  }

  #run(sql: string, ...cells: Cell[]): void {
    const statement = this.#statements.get(sql) ?? this.#database.prepare<Cell[]>(sql);
    this.#statements.set(sql, statement);
    statement.run(...cells);
  }

  #pick<T>(list: readonly T[]): T {
    const item = list[Math.floor(this.#random() * list.length)];
    if (item === undefined) throw new RangeError("nothing to pick from");
    return item;
  }
}

function isSame(one: Cell, other: Cell): boolean {
  if (one instanceof Uint8Array && other instanceof Uint8Array) return Buffer.from(one).equals(other);
  return Object.is(one, other);
}

/** All that anybody can read of the file, row by row. */
export function everythingIn(database: Database.Database): string {
  const tables = ["event", ...Object.keys(SMALL_TABLES), "hole"];
  return JSON.stringify(
    tables.map((table) => {
      const keys = database
        .prepare<[], Cell>(`SELECT ${table === "value" ? "name" : "rowid"} FROM ${table}`)
        .pluck()
        .all();
      const row = database.prepare<[Cell], unknown[]>(`SELECT * FROM ${table} WHERE ${table === "value" ? "name" : "rowid"} = ?`).raw();
      return [database.prepare(`SELECT * FROM ${table}`).raw().all(), keys.map((key) => row.get(key))];
    }),
  );
}

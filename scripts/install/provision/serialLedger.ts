/** Which device codes an installer has given to which chips: beside the installer's file, for every folder and every run that uses it. */
import Database from "better-sqlite3";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { Installer } from "#scripts/install/provision/installer.ts";

const SCHEMA = `CREATE TABLE IF NOT EXISTS given (uid TEXT PRIMARY KEY, device TEXT NOT NULL UNIQUE, serial INTEGER UNIQUE)`;
const BUSY_MS = 10_000;

export class SerialLedger {
  readonly #database: Database.Database;
  readonly #serials: Installer["serials"];

  constructor(installerFile: string, serials: Installer["serials"]) {
    this.#database = new Database(`${installerFile}.given.db`);
    this.#database.pragma("journal_mode = WAL");
    this.#database.pragma("synchronous = FULL");
    this.#database.pragma(`busy_timeout = ${BUSY_MS}`);
    this.#database.exec(SCHEMA);
    this.#serials = serials;
  }

  codeOf(uid: string): string | undefined {
    return this.#database.prepare<[string], string>("SELECT device FROM given WHERE uid = ?").pluck().get(uid);
  }

  /** The next serial of the block, for good. Throws `provision.noSerialsLeft`. */
  give(uid: string, codeOf: (serial: number) => string): string {
    return this.#alone(() => {
      const known = this.codeOf(uid);
      if (known !== undefined) return known;
      const last = this.#database.prepare<[], number | null>("SELECT max(serial) FROM given").pluck().get() ?? this.#serials.from - 1;
      const serial = Math.max(last + 1, this.#serials.from);
      if (serial > this.#serials.to) throw new CodedError("provision.noSerialsLeft", `${this.#serials.from}–${this.#serials.to}`);
      const device = codeOf(serial);
      this.#database.prepare("INSERT INTO given VALUES (?, ?, ?)").run(uid, device, serial);
      return device;
    });
  }

  /** A code that the registry or the installer chose; a serial that was given before stays given. Throws `provision.codeTaken`. */
  note(uid: string, device: string): void {
    this.#alone(() => {
      const owner = this.#database.prepare<[string], string>("SELECT uid FROM given WHERE device = ?").pluck().get(device);
      if (owner !== undefined && owner !== uid) throw new CodedError("provision.codeTaken", `${device}: ${owner}`);
      this.#database
        .prepare("INSERT INTO given VALUES (?, ?, NULL) ON CONFLICT (uid) DO UPDATE SET device = excluded.device")
        .run(uid, device);
    });
  }

  close(): void {
    this.#database.close();
  }

  #alone<T>(work: () => T): T {
    return this.#database.transaction(work).immediate();
  }
}

/** Who installs, which chip is which device, and what was reported of it: `registry.db` of the data folder. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type Database from "better-sqlite3";
import { openDurable } from "#simulator/platform/eventStore.ts";

const SCHEMA = `
CREATE TABLE IF NOT EXISTS installer (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, public_key BLOB NOT NULL, serial_from INTEGER NOT NULL UNIQUE, serial_to INTEGER NOT NULL,
  issued_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS serial (prefix TEXT PRIMARY KEY, last INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS chip (
  uid TEXT PRIMARY KEY, device TEXT NOT NULL UNIQUE, installer TEXT NOT NULL, issue INTEGER NOT NULL, voucher TEXT, public_key BLOB,
  sealed_key BLOB, certificate TEXT, fingerprint TEXT, registered_ms INTEGER, receipt_key BLOB);
CREATE TABLE IF NOT EXISTS report (
  digest TEXT PRIMARY KEY, device TEXT NOT NULL, installer TEXT NOT NULL, text TEXT NOT NULL, received_ms INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS report_device ON report (device);
`;
const BUSY_MS = 5_000;

export function registryPath(dataDir: string): string {
  return join(dataDir, "registry.db");
}

export interface InstallerRow {
  readonly id: string;
  readonly name: string;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly serialFrom: number;
  readonly serialTo: number;
  readonly issuedMs: number;
}

export interface ChipRow {
  readonly uid: string;
  readonly device: string;
  readonly installer: string;
  /** 0 while the code is only reserved: then what follows is null. */
  readonly issue: number;
  readonly voucher: string | null;
  readonly publicKey: Uint8Array | null;
  readonly sealedKey: Uint8Array | null;
  readonly certificate: string | null;
  readonly fingerprint: string | null;
  readonly registeredMs: number | null;
  /** The module's own for receipts, which it showed first after it was registered. */
  readonly receiptKey: Uint8Array | null;
}

const CHIP_COLUMNS = `uid, device, installer, issue, voucher, public_key AS publicKey, sealed_key AS sealedKey, certificate, fingerprint,
  registered_ms AS registeredMs, receipt_key AS receiptKey`;

export class RegistryStore {
  readonly #database: Database.Database;
  readonly #chip: Database.Statement<[string], ChipRow>;
  readonly #chipOf: Database.Statement<[string], ChipRow>;

  constructor(dataDir: string) {
    mkdirSync(dataDir, { recursive: true });
    this.#database = openDurable(registryPath(dataDir));
    // The platform runs while its commands write.
    this.#database.pragma(`busy_timeout = ${BUSY_MS}`);
    this.#database.exec(SCHEMA);
    this.#chip = this.#database.prepare(`SELECT ${CHIP_COLUMNS} FROM chip WHERE uid = ?`);
    this.#chipOf = this.#database.prepare(`SELECT ${CHIP_COLUMNS} FROM chip WHERE device = ?`);
  }

  /** All of it is on the disk when this returns, or it throws and none is; nobody else writes in between. */
  commit<T>(write: () => T): T {
    return this.#database.transaction(write).immediate();
  }

  installer(id: string): InstallerRow | undefined {
    return this.#database
      .prepare<[string], InstallerRow>(
        `SELECT id, name, public_key AS publicKey, serial_from AS serialFrom, serial_to AS serialTo, issued_ms AS issuedMs
         FROM installer WHERE id = ?`,
      )
      .get(id);
  }

  addInstaller({ id, name, publicKey, serialFrom, serialTo, issuedMs }: InstallerRow): void {
    this.#database.prepare("INSERT INTO installer VALUES (?, ?, ?, ?, ?, ?)").run(id, name, publicKey, serialFrom, serialTo, issuedMs);
  }

  /** The last serial that an installer was given; undefined before the first. */
  lastBlockEnd(): number | undefined {
    return this.#database.prepare<[], number | null>("SELECT max(serial_to) FROM installer").pluck().get() ?? undefined;
  }

  /** Counts each prefix of device codes from 1. */
  nextSerial(prefix: string): number {
    const next = this.#database
      .prepare<[string], number>("INSERT INTO serial VALUES (?, 1) ON CONFLICT (prefix) DO UPDATE SET last = last + 1 RETURNING last")
      .pluck()
      .get(prefix);
    if (next === undefined) throw new Error("no serial");
    return next;
  }

  chip(uid: string): ChipRow | undefined {
    return this.#chip.get(uid);
  }

  chipOf(device: string): ChipRow | undefined {
    return this.#chipOf.get(device);
  }

  saveChip(chip: ChipRow): void {
    this.#database
      .prepare<[ChipRow]>(
        `INSERT INTO chip VALUES (@uid, @device, @installer, @issue, @voucher, @publicKey, @sealedKey, @certificate, @fingerprint, @registeredMs, @receiptKey)
         ON CONFLICT (uid) DO UPDATE SET device = @device, installer = @installer, issue = @issue, voucher = @voucher, public_key = @publicKey,
         sealed_key = @sealedKey, certificate = @certificate, fingerprint = @fingerprint, registered_ms = @registeredMs, receipt_key = @receiptKey`,
      )
      .run(chip);
  }

  /** The same report again changes nothing. */
  saveReport(report: { digest: string; device: string; installer: string; text: string; receivedMs: number }): void {
    this.#database.prepare("INSERT OR IGNORE INTO report VALUES (@digest, @device, @installer, @text, @receivedMs)").run(report);
  }

  reportCount(device: string): number {
    return this.#database.prepare<[string], number>("SELECT count(*) FROM report WHERE device = ?").pluck().get(device) ?? 0;
  }

  close(): void {
    this.#database.close();
  }
}

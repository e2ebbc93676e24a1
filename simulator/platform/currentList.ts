/** The list in force: kept in the data folder over restarts, issued anew when another size is asked for. */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { peopleEntries } from "#simulator/people.ts";
import type { SigningKey } from "#simulator/platform/keys.ts";
import { type IssuedList, issueList } from "#simulator/platform/listIssuer.ts";

const SEED = 20_240_601;

const Record = z.strictObject({
  file: z.string().regex(/^list-\d+\.bin$/),
  version: z.number().int().min(1),
  issuedMs: z.number().int().min(0),
  entries: z.number().int().min(1),
  size: z.number().int().min(1),
  sha256: z.string(),
  rootHex: z.string(),
});

export interface CurrentList extends IssuedList {
  readonly issuedMs: number;
  /** Certificates in it, the people of the phone among them. */
  readonly entries: number;
}

/** What the platform of this data folder last issued. */
export function readCurrentList(dataDir: string): CurrentList | undefined {
  const recordPath = join(dataDir, "list.json");
  if (!existsSync(recordPath)) return undefined;
  const { file, ...record } = Record.parse(JSON.parse(readFileSync(recordPath, "utf8")));
  return { ...record, path: join(dataDir, file) };
}

export function openCurrentList(dataDir: string, key: SigningKey, wanted: { entries: number; nowMs: number }): CurrentList {
  const held = readCurrentList(dataDir);
  if (held?.entries === wanted.entries && existsSync(held.path)) return held;

  const version = (held?.version ?? 0) + 1;
  const file = `list-${version}.bin`;
  const issuedMs = Math.floor(wanted.nowMs);
  const people = peopleEntries(issuedMs);
  const issued = issueList({ path: join(dataDir, file), version, issuedMs, seed: SEED, size: wanted.entries, people, key });
  const { path: _path, ...facts } = issued;
  const recordPath = join(dataDir, "list.json");
  writeFileSync(`${recordPath}.new`, `${JSON.stringify({ file, issuedMs, entries: wanted.entries, ...facts }, null, 2)}\n`);
  renameSync(`${recordPath}.new`, recordPath);
  return { ...issued, issuedMs, entries: wanted.entries };
}

/** What the agent had committed when it was killed: read from a copy of its journal, so that the journal itself stays as the kill left it. */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openJournal } from "#agent/shell/store/journal.ts";
import { LANES } from "#protocol/events/event.ts";
import type { Committed } from "#test/chaos/kill/account.ts";

const FILE = "journal.sqlite";

/** Of each device; none when there was no journal yet. Throws when the copy cannot be opened. */
export function committedIn(dataFolder: string, devices: readonly string[]): Map<string, Committed[]> {
  if (!existsSync(join(dataFolder, FILE))) return new Map();
  const folder = mkdtempSync(join(tmpdir(), "arcgate-copy-"));
  try {
    for (const name of [FILE, `${FILE}-wal`])
      if (existsSync(join(dataFolder, name))) copyFileSync(join(dataFolder, name), join(folder, name));
    const journal = openJournal({ path: join(folder, FILE), initialEpoch: 1 });
    const { chain } = journal;
    const ofDevice = (device: string) =>
      LANES.map((lane) => {
        const { lastSeq, head } = journal.stream({ device, lane });
        return { lane, chain, seq: lastSeq, head };
      });
    const found = new Map(devices.map((device) => [device, ofDevice(device)]));
    journal.close();
    return found;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

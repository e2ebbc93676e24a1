/** The floor: modbus-serial reads the same registers of the same pty; better-sqlite3 inserts them grouped as ours does. */
import Database from "better-sqlite3";
import modbus from "modbus-serial";
import { PAGE, PAGE_RECORDS_MAX, WINDOW } from "#protocol/chip/arcgateChip.ts";

const BAUD = 115_200;
const WINDOWS_PER_ROW = 100;
/** As many as one exchange of ours brings, and commits. */
const WINDOWS_PER_COMMIT = 600;

export interface FloorOrder {
  tty: string;
  windows: number;
  path: string;
  /** Where to go from the table; without it the commit is the end. */
  outbox?: RowOutbox;
}

export interface RowOutbox {
  /** The last of the rows has this number. */
  send(lastSeq: number, rows: readonly string[]): void;
  emptied(): Promise<void>;
}

const NOWHERE: RowOutbox = { send: () => undefined, emptied: () => Promise.resolve() };

/** Windows per second. */
export async function floorWindows({ tty, windows, path, outbox = NOWHERE }: FloorOrder): Promise<number> {
  const database = new Database(path);
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  database.exec("CREATE TABLE row (seq INTEGER PRIMARY KEY, payload TEXT)");
  const insert = database.prepare("INSERT INTO row (payload) VALUES (?)");
  const commit = database.transaction((rows: readonly string[]) => {
    for (const row of rows) insert.run(row);
  }).immediate;
  const client = new modbus.default();
  await client.connectRTUBuffered(tty, { baudRate: BAUD });
  client.setID(1);
  try {
    const startMs = performance.now();
    let taken = 0;
    while (taken < windows) {
      const rows: string[] = [];
      for (let inCommit = 0; inCommit < WINDOWS_PER_COMMIT; inCommit += WINDOWS_PER_ROW) rows.push(JSON.stringify(await readRow(client)));
      commit(rows);
      taken += WINDOWS_PER_COMMIT;
      outbox.send(taken / WINDOWS_PER_ROW, rows);
    }
    await outbox.emptied();
    return (taken * 1000) / (performance.now() - startMs);
  } finally {
    await new Promise<void>((resolve) => client.close(() => resolve()));
    database.close();
  }
}

async function readRow(client: InstanceType<typeof modbus.default>): Promise<number[][]> {
  const windows: number[][] = [];
  while (windows.length < WINDOWS_PER_ROW) {
    const { data } = await client.readHoldingRegisters(PAGE.address, PAGE.words + PAGE_RECORDS_MAX * WINDOW.words);
    for (let at = PAGE.words; at < data.length; at += WINDOW.words) windows.push(data.slice(at, at + WINDOW.words));
  }
  return windows;
}

/**
 * Floor of a start: a script by hand that opens the database and the port, reads what a lease is made of (the chip's nonce, its counter and
 * its totals), and writes one FC23.
 */
import Database from "better-sqlite3";
import modbus from "modbus-serial";

interface Options {
  database: string;
  tty: string;
  baudRate: number;
  /** Blocks to be read first: address and words. */
  reads: [number, number][];
  readAddress: number;
  readWords: number;
  writeAddress: number;
  words: number[];
}

const { database: path, tty, baudRate, reads, readAddress, readWords, writeAddress, words } = JSON.parse(process.argv[2] ?? "") as Options;
const database = new Database(path);
database.pragma("journal_mode = WAL");
database.pragma("synchronous = FULL");
database.exec("CREATE TABLE IF NOT EXISTS checkpoint (device INTEGER PRIMARY KEY, state TEXT NOT NULL)");
database.prepare("SELECT state FROM checkpoint WHERE device = 0").get();

const client = new modbus.default();
await client.connectRTUBuffered(tty, { baudRate });
client.setID(1);
for (const [address, count] of reads) await client.readHoldingRegisters(address, count);
client.writeFC23(1, readAddress, readWords, writeAddress, words.length, words, () => undefined);

/**
 * Floor of a scan: a bare HTTP server that does with raw calls what has to be done between a scan and the lease on the wire:
 * an Ed25519 check (the credential) and one on P-256 (the phone), one page read and hashed, one durable commit, one write to the port.
 */
import { createPublicKey, hash, verify } from "node:crypto";
import { openSync, readSync } from "node:fs";
import { createServer } from "node:http";
import Database from "better-sqlite3";
import { SerialPort } from "serialport";

interface Options {
  database: string;
  list: string;
  listBytes: number;
  pageBytes: number;
  tty: string;
  baudRate: number;
  frameHex: string;
  /** DER SPKI and signatures of the credential's and the phone's kind, and the message of both, in hex. */
  keyHex: string;
  holderKeyHex: string;
  signatureHex: string;
  holderSignatureHex: string;
  messageHex: string;
}

const options = JSON.parse(process.argv[2] ?? "") as Options;
const bytes = (hex: string) => Buffer.from(hex, "hex");
const key = createPublicKey({ key: bytes(options.keyHex), format: "der", type: "spki" });
const signature = bytes(options.signatureHex);
const holderSignature = bytes(options.holderSignatureHex);
const message = bytes(options.messageHex);
const frame = bytes(options.frameHex);
const list = openSync(options.list, "r");
const page = Buffer.alloc(options.pageBytes);
const database = new Database(options.database);
database.pragma("journal_mode = WAL");
database.pragma("synchronous = FULL");
database.exec("CREATE TABLE IF NOT EXISTS event (seq INTEGER PRIMARY KEY, payload TEXT)");
const insert = database.prepare("INSERT INTO event (payload) VALUES (?)");
const port = new SerialPort({ path: options.tty, baudRate: options.baudRate, autoOpen: false });

function verifyPass(): void {
  if (!verify(null, message, key, signature)) throw new Error("signature");
  // A holder's key comes with the credential: it is parsed anew each time.
  const holderKey = createPublicKey({ key: bytes(options.holderKeyHex), format: "der", type: "spki" });
  if (!verify("sha256", message, holderKey, holderSignature)) throw new Error("holder's signature");
}

function scan(body: string): void {
  const asked = JSON.parse(body) as { machine: string };
  verifyPass();
  const pages = Math.floor(options.listBytes / options.pageBytes);
  readSync(list, page, 0, page.length, Math.floor(Math.random() * pages) * options.pageBytes);
  hash("sha256", page, "buffer");
  insert.run(JSON.stringify({ machine: asked.machine, allowed: true, at: performance.now() }));
  port.write(frame);
  port.drain();
}

const server = createServer((request, response) => {
  let body = "";
  request.on("data", (piece: Buffer) => {
    body += piece.toString();
  });
  request.on("end", () => {
    scan(body);
    response.end('{"allowed":true}');
  });
});
port.open(() =>
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    process.send?.({ url: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}` });
  }),
);
function timed(rounds: number, call: () => void): number[] {
  return Array.from({ length: rounds }, () => {
    const startMs = performance.now();
    call();
    return performance.now() - startMs;
  });
}

/** All the calls without the request, and the two signatures alone: so many rounds, each in milliseconds. */
process.on("message", ({ rounds }: { rounds: number }) => {
  const callsMs = timed(rounds, () => scan('{"machine":"none"}'));
  process.send?.({ callsMs, verifyMs: timed(rounds, verifyPass) });
});
process.on("disconnect", () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));

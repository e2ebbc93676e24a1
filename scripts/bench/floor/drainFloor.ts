/** Floor of a drain: plain Node reads a table 500 rows at a time, publishes them as JSON, and keeps 20 batches on their way. */
import { Socket } from "node:net";
import Database from "better-sqlite3";
import mqtt from "mqtt";

const BATCH_EVENTS = 500;
const AHEAD_EVENTS = 20 * BATCH_EVENTS;
const { database: path, broker } = JSON.parse(process.argv[2] ?? "") as { database: string; broker: string };
const database = new Database(path);
database.pragma("journal_mode = WAL");
database.pragma("synchronous = FULL");
type Row = [seq: number, kind: number, ms: number, payload: string];
const read = database.prepare<[number, number], Row>("SELECT seq, kind, ms, payload FROM event WHERE seq > ? ORDER BY seq LIMIT ?").raw();
const client = await mqtt.connectAsync(broker, { protocolVersion: 4 });
if (client.stream instanceof Socket) client.stream.setNoDelay(true);
await client.subscribeAsync("down/bench", { qos: 1 });
let sentSeq = 0;
let ackedSeq = 0;

function send(): void {
  while (sentSeq - ackedSeq < AHEAD_EVENTS) {
    const rows = read.all(sentSeq, BATCH_EVENTS);
    const last = rows.at(-1);
    if (!last) return;
    const events = rows.map(([seq, kind, ms, payload]) => ({ seq, kind, ms, payload: JSON.parse(payload) as object }));
    client.publish("up/bench", JSON.stringify({ events }), { qos: 1 });
    sentSeq = last[0];
  }
}

client.on("message", (_topic, payload) => {
  ackedSeq = Math.max(ackedSeq, (JSON.parse(payload.toString()) as { upTo: number }).upTo);
  send();
});
process.send?.({ draining: true });
process.on("disconnect", () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));
send();

/**
 * Floor of the platform: aedes, one mqtt.js subscriber, one SQLite insert per event, one acknowledgement per batch.
 * No schema, no sequence, no chain, no duplicates told apart.
 */
import { createServer, Socket } from "node:net";
import { Aedes } from "aedes";
import Database from "better-sqlite3";
import mqtt from "mqtt";

interface RawBatch {
  events: { seq: number; kind: number; ms: number; payload: object }[];
}

const { database: path } = JSON.parse(process.argv[2] ?? "") as { database: string };
const database = new Database(path);
database.pragma("journal_mode = WAL");
database.pragma("synchronous = FULL");
database.exec("CREATE TABLE event (seq INTEGER PRIMARY KEY, kind INTEGER, ms INTEGER, payload TEXT)");
const insert = database.prepare("INSERT OR REPLACE INTO event VALUES (?, ?, ?, ?)");
const insertAll = database.transaction((batch: RawBatch) => {
  for (const { seq, kind, ms, payload } of batch.events) insert.run(seq, kind, ms, JSON.stringify(payload));
}).immediate;

const aedes = await Aedes.createBroker({ queueLimit: 10_000, concurrency: 1000 });
const server = createServer((socket) => {
  socket.setNoDelay(true);
  aedes.handle(socket);
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  const url = `mqtt://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  const client = mqtt.connect(url, { protocolVersion: 4 });
  client.on("connect", () => {
    if (client.stream instanceof Socket) client.stream.setNoDelay(true);
    client.subscribe("up/+", { qos: 1 }, () => process.send?.({ url }));
  });
  client.on("message", (topic, payload) => {
    const batch = JSON.parse(payload.toString()) as RawBatch;
    insertAll(batch);
    client.publish(topic.replace("up/", "down/"), JSON.stringify({ upTo: batch.events.at(-1)?.seq }), { qos: 1 });
  });
});
process.on("disconnect", () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));

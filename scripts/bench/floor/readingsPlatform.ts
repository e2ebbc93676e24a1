/** The far end of a rival's flow: subscribes at a broker, and commits every reading that arrives, however often it does. */
import Database from "better-sqlite3";
import mqtt from "mqtt";

const RETRY_MS = 250;
const { database: path, broker, topic } = JSON.parse(process.argv[2] ?? "") as { database: string; broker: string; topic: string };
const database = new Database(path);
database.pragma("journal_mode = WAL");
database.pragma("synchronous = FULL");
database.exec("CREATE TABLE reading (id INTEGER PRIMARY KEY, seq INTEGER NOT NULL, received_ms INTEGER NOT NULL, payload TEXT NOT NULL)");
const insert = database.prepare("INSERT INTO reading (seq, received_ms, payload) VALUES (?, ?, ?)");
const insertAll = database.transaction((readings: readonly { seq: number }[]) => {
  const now = Date.now();
  for (const reading of readings) insert.run(reading.seq, now, JSON.stringify(reading));
}).immediate;

const client = mqtt.connect(broker, { protocolVersion: 4, clientId: "readings", clean: false, reconnectPeriod: RETRY_MS });
client.on("connect", () => client.subscribe(topic, { qos: 1 }, () => process.send?.({ subscribed: true })));
// Committed before it is acknowledged to the broker.
client.handleMessage = (packet, done) => {
  insertAll(JSON.parse(packet.payload.toString()) as { seq: number }[]);
  done();
};
client.on("error", () => undefined);
process.on("disconnect", () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));

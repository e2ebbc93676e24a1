/**
 * Floor of the field load: plain Node that reads the same registers once a second, inserts what it read every ten seconds, and publishes it.
 * It licenses nobody, understands nothing, and loses what has not been inserted.
 */
import Database from "better-sqlite3";
import modbus from "modbus-serial";
import mqtt from "mqtt";

interface Options {
  database: string;
  broker: string;
  baudRate: number;
  /** Of each bus. */
  buses: { tty: string; addresses: number[] }[];
  block: { address: number; words: number };
}

const POLL_MS = 1_000;
const POLLS_PER_INSERT = 10;
const options = JSON.parse(process.argv[2] ?? "") as Options;
const database = new Database(options.database);
database.pragma("journal_mode = WAL");
database.pragma("synchronous = FULL");
database.exec("CREATE TABLE row (seq INTEGER PRIMARY KEY, machine TEXT, payload TEXT)");
const insert = database.prepare("INSERT INTO row (machine, payload) VALUES (?, ?)");
const client = await mqtt.connectAsync(options.broker, { protocolVersion: 4 });
await client.subscribeAsync("down/+", { qos: 1 });

for (const bus of options.buses) {
  const port = new modbus.default();
  await port.connectRTUBuffered(bus.tty, { baudRate: options.baudRate });
  port.setTimeout(200);
  void pollForEver(port, bus.tty, bus.addresses);
}

async function pollForEver(port: InstanceType<typeof modbus.default>, tty: string, addresses: readonly number[]): Promise<void> {
  const gathered = new Map<number, number[][]>(addresses.map((address) => [address, []]));
  for (;;) {
    const startMs = performance.now();
    for (const address of addresses) {
      port.setID(address);
      const answer = await port.readHoldingRegisters(options.block.address, options.block.words).catch(() => undefined);
      const rows = gathered.get(address);
      if (!rows || !answer) continue;
      rows.push(answer.data);
      if (rows.length < POLLS_PER_INSERT) continue;
      const payload = JSON.stringify(rows.splice(0));
      const { lastInsertRowid } = insert.run(`${tty}/${address}`, payload);
      const event = { seq: Number(lastInsertRowid), kind: 0, ms: startMs, payload: JSON.parse(payload) as object };
      client.publish("up/field", JSON.stringify({ events: [event] }), { qos: 1 });
    }
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, POLL_MS - (performance.now() - startMs))));
  }
}

process.send?.({ polling: true });
process.on("disconnect", () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));

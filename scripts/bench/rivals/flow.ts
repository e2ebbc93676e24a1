/**
 * The flow that a careful integrator would draw in Node-RED: Modbus polls go into an SQLite table as they arrive; one bundle at a time is read
 * from it and published with QoS 1 while the broker is there, and deleted when the `complete` node says that the broker has it.
 */
import { PAGE, PAGE_RECORDS_MAX, WINDOW } from "#protocol/chip/arcgateChip.ts";

export interface FlowOptions {
  tty: string;
  database: string;
  brokerPort: number;
  topic: string;
  pollMs: number;
}

const BAUD = "115200";
const ROWS_PER_BUNDLE = 50;
/** A bundle of which nothing was heard for so long is sent again. */
const BUNDLE_LOST_MS = 10_000;
const PUMP_EVERY_S = 0.2;

/** Reads the page's header and windows: no MAC is checked, nothing is metered. */
const DECODE = `
const words = msg.payload;
const readings = [];
const first = words[${at("firstSeq")}] * 65536 + words[${at("firstSeq") + 1}];
const signed = (word) => (word << 16) >> 16;
for (let index = 0; index < words[${at("records")}]; index++) {
  const from = ${PAGE.words} + index * ${WINDOW.words};
  readings.push({ seq: first + index, volts: signed(words[from + 1]) / 100, amps: signed(words[from + 4]) / 10, peakAmps: signed(words[from + 6]) / 10 });
}
if (readings.length === 0) return null;
return { params: { $payload: JSON.stringify(readings) } };`;

/** One bundle is on its way at a time. */
const PUMP = `
const now = Date.now();
if (!flow.get("connected") || now - (flow.get("sentAt") || 0) < ${BUNDLE_LOST_MS}) return null;
flow.set("sentAt", now);
return { topic: "" };`;

const BUNDLE = `
if (msg.payload.length === 0) { flow.set("sentAt", 0); return null; }
const readings = msg.payload.map((row) => row.payload.slice(1, -1)).join(",");
return { topic: ${JSON.stringify("TOPIC")}, payload: "[" + readings + "]", upTo: msg.payload[msg.payload.length - 1].id };`;

const DELIVERED = `return { params: { $upTo: msg.upTo } };`;
const NEXT = `flow.set("sentAt", 0); return { topic: "" };`;
const CONNECTED = `
const text = msg.status.text || "";
const connected = text.endsWith("common.status.connected");
flow.set("connected", connected);
return connected ? { topic: "" } : null;`;

const TABLE =
  "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY, payload TEXT)";

/** Content of `flows.json`. */
export function flowOf({ tty, database, brokerPort, topic, pollMs }: FlowOptions): object[] {
  const tab = "tab";
  const node = (id: string, type: string, more: object, ...wires: string[][]) => ({ id, type, z: tab, ...more, wires });
  const code = (id: string, func: string, ...wires: string[][]) => node(id, "function", { func, outputs: wires.length }, ...wires);
  const sql = (id: string, sqlquery: string, query: string, ...wires: string[][]) =>
    node(id, "sqlite", { mydb: "db", sqlquery, sql: query }, ...wires);
  const once = { props: [{ p: "topic", vt: "str" }], topic: TABLE, once: true, onceDelay: 0, repeat: "" };
  const timer = { props: [], once: false, repeat: String(PUMP_EVERY_S) };
  const page = { dataType: "HoldingRegister", adr: String(PAGE.address), quantity: String(PAGE.words + PAGE_RECORDS_MAX * WINDOW.words) };
  return [
    { id: tab, type: "tab", label: "gateway" },
    { id: "db", type: "sqlitedb", db: database, mode: "RWC" },
    brokerNode(brokerPort),
    modbusNode(tty),
    node("table", "inject", once, ["makeTable"]),
    sql("makeTable", "batch", "", []),
    node("poll", "modbus-read", { ...page, unitid: "1", rate: String(pollMs), rateUnit: "ms", server: "bus" }, ["decode"], []),
    code("decode", DECODE, ["store"]),
    sql("store", "prepared", "INSERT INTO outbox (payload) VALUES ($payload)", ["pump"]),
    node("timer", "inject", timer, ["pump"]),
    code("pump", PUMP, ["oldest"]),
    sql("oldest", "fixed", `SELECT id, payload FROM outbox ORDER BY id LIMIT ${ROWS_PER_BUNDLE}`, ["bundle"]),
    code("bundle", BUNDLE.replace("TOPIC", topic), ["out"]),
    node("out", "mqtt out", { topic: "", qos: "1", retain: "false", broker: "broker" }),
    node("done", "complete", { scope: ["out"] }, ["delivered"]),
    code("delivered", DELIVERED, ["forget"]),
    sql("forget", "prepared", "DELETE FROM outbox WHERE id <= $upTo", ["next"]),
    code("next", NEXT, ["pump"]),
    node("link", "status", { scope: ["out"] }, ["connected"]),
    code("connected", CONNECTED, ["pump"]),
  ];
}

function brokerNode(port: number): object {
  const session = { clientid: "gateway", autoConnect: true, cleansession: true, keepalive: "60", protocolVersion: "4", usetls: false };
  return { id: "broker", type: "mqtt-broker", broker: "127.0.0.1", port: String(port), ...session };
}

function modbusNode(tty: string): object {
  const serial = {
    serialPort: tty,
    serialType: "RTU-BUFFERD",
    serialBaudrate: BAUD,
    serialDatabits: "8",
    serialStopbits: "1",
    serialParity: "none",
  };
  const times = {
    serialConnectionDelay: "100",
    commandDelay: "1",
    clientTimeout: "1000",
    reconnectOnTimeout: true,
    reconnectTimeout: "500",
  };
  return {
    id: "bus",
    type: "modbus-client",
    clienttype: "simpleser",
    bufferCommands: true,
    ...serial,
    unit_id: "1",
    ...times,
    parallelUnitIdsAllowed: true,
  };
}

function at(name: "firstSeq" | "records"): number {
  return PAGE.fields.find((field) => field.name === name)?.at ?? 0;
}

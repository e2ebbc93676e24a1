/** The driver with its real journal and a wire that the test holds in its hand, on virtual time. */
import { inflateRawSync } from "node:zlib";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Uplink, UplinkListener } from "#agent/ports.ts";
import type { SyncDriverOptions } from "#agent/runtime/syncOptions.ts";
import type { SqliteJournal } from "#agent/shell/store/journal.ts";
import { rowKey, streamId } from "#agent/shell/store/journalStreams.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { decodeBatch } from "#protocol/events/batch.ts";
import { downTopic } from "#protocol/topics.ts";
import { arcEvent, events, LEGAL, MACHINE, stuckEvent, TELEMETRY } from "#test/journal/fixtures.ts";
import { sqliteStore } from "#test/journal/sqliteStore.ts";
import { type AgentEnd, agentEnd } from "#test/sync/agentEnd.ts";
import { ackOf, malformedAck } from "#test/sync/malformedAck.ts";
import { seeded } from "#test/sync/seed.ts";
import { VirtualTime } from "#test/sync/virtualTime.ts";

/** One attempt at a connection, and what was put on it. */
interface Wire {
  listener: UplinkListener;
  published: { topic: string; payload: Uint8Array }[];
  closed: boolean;
}

let store: ReturnType<typeof sqliteStore>;
let journal: SqliteJournal;
let time: VirtualTime;
let wires: Wire[];
let agent: AgentEnd;

beforeEach(() => {
  store = sqliteStore();
  journal = store.open({ initialEpoch: 9 });
  time = new VirtualTime();
  wires = [];
  agent = started();
});

afterEach(async () => {
  await agent.sync.close();
  journal.close();
  store.destroy();
});

function started(change: Partial<SyncDriverOptions> = {}): AgentEnd {
  const connect = (listener: UplinkListener): Uplink => {
    const wire: Wire = { listener, published: [], closed: false };
    wires.push(wire);
    const publish = (topic: string, payload: Uint8Array): Promise<void> => {
      wire.published.push({ topic, payload });
      return Promise.resolve();
    };
    const close = async (): Promise<void> => {
      wire.closed = true;
    };
    return { publish, close };
  };
  const clock = { monoMs: () => time.nowMs };
  const end = agentEnd(journal, [MACHINE], connect, { clock, after: (delayMs, run) => time.after(delayMs, run), ...change });
  end.sync.start();
  return end;
}

const wire = (): Wire => {
  const last = wires.at(-1);
  if (!last) throw new Error("no connection was tried");
  return last;
};

const say = (message: unknown): void =>
  wire().listener.message(downTopic(MACHINE, "ack"), Buffer.from(typeof message === "string" ? message : JSON.stringify(message)));

const batchesSent = (): number => wire().published.filter(({ topic }) => topic.endsWith("/events")).length;

const codes = (): (string | undefined)[] => agent.logged.map(({ code }) => code);

it("waits for the platform's word after the birth, at most 5 s", () => {
  agent.commit(events(3));
  wire().listener.online();
  expect(wire().published.map(({ topic }) => topic.split("/").at(-1))).toEqual(["state"]);
  time.pass(4_999);
  expect(batchesSent()).toBe(0);
  time.pass(1);
  expect(batchesSent()).toBe(1);
});

it("always has a timer armed while it is offline, and waits longer each time", () => {
  const gaps: number[] = [];
  for (let attempt = 0; attempt < 12; attempt++) {
    const beforeMs = time.nowMs;
    wire().listener.offline("no route");
    expect(time.armed).toBe(1);
    const attempts = wires.length;
    while (wires.length === attempts) time.pass(50);
    gaps.push(time.nowMs - beforeMs);
  }
  expect(gaps.map((ms) => Math.round(ms / 50))).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
});

it("takes a connection on which nothing is acknowledged for half-open, and hears no more of it", () => {
  wire().listener.online();
  say(ackOf(0));
  agent.commit(events(3));
  const halfOpen = wire();
  time.pass(95_000);
  expect(halfOpen.closed).toBe(true);
  expect(wires.length).toBe(2);
  expect(agent.logged.some(({ message }) => message === "platform out of reach")).toBe(true);
  halfOpen.listener.message(downTopic(MACHINE, "ack"), Buffer.from(JSON.stringify(ackOf(3))));
  expect(journal.stream(LEGAL).ackedSeq).toBe(0);
  wire().listener.online();
  say(ackOf(3));
  expect(agent.sync.status()).toMatchObject({ online: true, backlog: 0 });
});

it("drops a connection whose broker does not take a batch", async () => {
  wire().listener.online();
  say(ackOf(0));
  const failing = createFailing();
  expect(failing.wire.closed).toBe(false);
  failing.agent.commit([arcEvent(1)]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(failing.wire.closed).toBe(true);
  await failing.agent.sync.close();
});

/** An agent whose broker takes births and no batches. */
function createFailing(): { agent: AgentEnd; wire: Wire } {
  const held: Wire[] = [];
  const failing = agentEnd(
    journal,
    [MACHINE],
    (listener) => {
      const mine: Wire = { listener, published: [], closed: false };
      held.push(mine);
      const publish = (topic: string): Promise<void> =>
        topic.endsWith("/events") ? Promise.reject(new CodedError("sync.publishTimeout")) : Promise.resolve();
      const close = async (): Promise<void> => {
        mine.closed = true;
      };
      return { publish, close };
    },
    { clock: { monoMs: () => time.nowMs }, after: (delayMs, run) => time.after(delayMs, run) },
  );
  failing.sync.start();
  const first = held[0];
  if (!first) throw new Error("no connection was tried");
  first.listener.online();
  first.listener.message(downTopic(MACHINE, "ack"), Buffer.from(JSON.stringify(ackOf(0))));
  return { agent: failing, wire: first };
}

it("keeps a list of what the platform refused and goes on", () => {
  wire().listener.online();
  say(ackOf(0));
  agent.commit(events(5));
  say(ackOf(5, { refused: [{ seq: 2, code: "event.badPayload" }] }));
  expect(journal.deadLetters(LEGAL, 0, 10)).toMatchObject([{ seq: 2, code: "event.badPayload" }]);
  expect(agent.sync.status().backlog).toBe(0);
});

it("deletes only below a watermark that is signed and names our chain", async () => {
  await agent.sync.close();
  agent = started({
    verifyWatermark: (_stream, _chain, { signature }) => signature.value === "Z29vZA==",
    retainFromMs: () => Number.MAX_SAFE_INTEGER,
  });
  wire().listener.online();
  say(ackOf(0));
  agent.commit(events(10));
  const hash = journal.read(LEGAL, 6, 0).prev;
  const watermark = (change: object = {}): object => {
    const good = { upTo: 6, hash, signature: { algorithm: "ed25519", keyId: "w", value: "Z29vZA==" } };
    return { watermark: { ...good, ...change } };
  };
  say(ackOf(8, watermark({ signature: { algorithm: "ed25519", keyId: "w", value: "YmFk" } })));
  say(ackOf(8, watermark({ hash: "0".repeat(64) })));
  say(ackOf(8, watermark({ upTo: 9 })));
  expect(journal.stream(LEGAL)).toMatchObject({ ackedSeq: 8, forgottenSeq: 0 });
  expect(codes().filter((code) => code === "sync.badAck")).toHaveLength(3);
  say(ackOf(8, watermark()));
  expect(journal.stream(LEGAL).forgottenSeq).toBe(5);
  expect(agent.sync.forgetConfirmed()).toBe(0);
  say(ackOf(8, watermark({ upTo: 3, hash: journal.read(LEGAL, 5, 0).prev })));
  expect(journal.stream(LEGAL), "an older one changes nothing").toMatchObject({ ackedSeq: 8, forgottenSeq: 5 });
});

it("is not stopped by rows that it cannot read", () => {
  wire().listener.online();
  say(ackOf(0));
  const brokenRead = journal.read.bind(journal);
  let broken = true;
  journal.read = (stream, afterSeq, limit) => {
    if (broken) throw new CodedError("journal.corrupt");
    return brokenRead(stream, afterSeq, limit);
  };
  agent.commit(events(3));
  expect(codes()).toContain("journal.corrupt");
  broken = false;
  time.pass(60_000);
  expect(batchesSent()).toBe(1);
});

it("takes 10,000 malformed acknowledgements without a move", () => {
  wire().listener.online();
  say(ackOf(0));
  agent.commit(events(2_500));
  say(ackOf(200));
  const before = { stream: journal.stream(LEGAL), status: agent.sync.status() };
  const seed = 20_260_101;
  const random = seeded(seed);
  for (let index = 0; index < 10_000; index++) {
    agent.logged.length = 0;
    say(malformedAck(random));
    expect(
      agent.logged.map(({ code }) => code),
      `seed ${seed}, message ${index}`,
    ).toEqual([expect.stringMatching(/^sync\./)]);
  }
  expect({ stream: journal.stream(LEGAL), status: agent.sync.status() }).toEqual(before);
  say(ackOf(300));
  expect(journal.stream(LEGAL).ackedSeq).toBe(300);
});

it("says once that a lane ends in rows that the card lost, sends what is before them, and goes on with the next event", async () => {
  agent.commit(events(5, 0, stuckEvent));
  await agent.sync.close();
  journal.close();
  const damaged = new Database(store.path);
  damaged.prepare("DELETE FROM event WHERE key >= ?").run(rowKey(streamId(0, "telemetry"), 4));
  damaged.close();
  journal = store.open({ initialEpoch: 9 });
  agent = started();
  wire().listener.online();
  for (const lane of ["legal", "telemetry"] as const) say({ ...ackOf(0), lane });
  expect(batchesSent()).toBe(1);
  say({ ...ackOf(3), lane: "telemetry" });
  time.pass(600_000);
  expect(codes().filter((code) => code !== undefined)).toEqual(["sync.rowsLost"]);
  const { published } = wire();
  agent.commit([stuckEvent(9)]);
  const sent = decodeBatch(published.at(-1)?.payload ?? Buffer.alloc(0), (bytes) => inflateRawSync(bytes));
  expect([sent.lost, sent.events.map(({ verdict }) => verdict.ok)]).toEqual([{ fromSeq: 4, toSeq: 5 }, [true]]);
  expect(journal.stream(TELEMETRY).ackedSeq).toBe(3);
});

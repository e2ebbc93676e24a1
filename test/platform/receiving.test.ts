import { expect, test } from "vitest";
import { DICTIONARY } from "#protocol/events/dictionary.ts";
import { GENESIS } from "#protocol/events/event.ts";
import { chainedRows, DEVICE } from "#test/platform/device.ts";
import { deviceAt, platformAndDevice } from "#test/platform/workbench.ts";

const CLEAN = { missing: [], missingCount: 0, duplicates: 0, conflicts: 0, chainBreaks: 0, refused: 0, refusedBy: {}, gaps: 0, thinned: 0 };

test("events in order are stored, acknowledged and reported whole", async () => {
  const { platform, far } = await platformAndDevice();
  const rows = chainedRows(250);
  await far.send(rows.slice(0, 100));
  await far.send(rows.slice(100, 200));
  await far.send(rows.slice(200));
  const ack = await far.ackUpTo(250);
  expect(ack.refused).toEqual([]);

  const { streams, unreadable, online } = platform.report(DEVICE);
  expect(online).toBe(true);
  expect(unreadable).toEqual({});
  expect(streams).toEqual([
    {
      device: DEVICE,
      lane: "legal",
      chain: far.chain,
      held: 250,
      firstSeq: 1,
      lastSeq: 250,
      head: rows[249]?.hash,
      unregistered: false,
      ...CLEAN,
    },
  ]);
  const [event] = platform.events({ device: DEVICE, lane: "legal", fromSeq: 42, limit: 1 });
  expect(event).toMatchObject({ seq: 42, name: "eStop", payload: { pressed: true }, hash: rows[41]?.hash, session: 7, refused: null });
});

test("lanes are numbered and acknowledged apart", async () => {
  const { platform, far } = await platformAndDevice();
  await far.send(chainedRows(5));
  await far.send(chainedRows(9, { lane: "telemetry" }), { lane: "telemetry" });
  await far.ackUpTo(5, "legal");
  await far.ackUpTo(9, "telemetry");
  expect(platform.report().streams.map(({ lane, held }) => ({ lane, held }))).toEqual([
    { lane: "legal", held: 5 },
    { lane: "telemetry", held: 9 },
  ]);
});

test("what is delivered twice is stored once and acknowledged again", async () => {
  const { platform, far } = await platformAndDevice();
  const rows = chainedRows(30);
  await far.send(rows.slice(0, 20));
  await far.ackUpTo(20);
  await far.send(rows.slice(0, 20));
  await far.until(() => far.acks.filter((ack) => ack.upTo === 20)[1]);
  await far.send(rows.slice(10, 30));
  await far.ackUpTo(30);
  expect(platform.report().streams[0]).toMatchObject({ ...CLEAN, held: 30, lastSeq: 30, duplicates: 30 });
});

test("a batch that comes too early is not taken: the platform says what it holds, and names what is missing", async () => {
  const { platform, far } = await platformAndDevice();
  const rows = chainedRows(60);
  await far.send(rows.slice(0, 10));
  await far.ackUpTo(10);
  await far.send(rows.slice(40, 60));
  await far.until(() => far.acks.filter((ack) => ack.upTo === 10)[1]);
  expect(platform.report().streams[0]).toMatchObject({ held: 10, lastSeq: 10, missing: [[11, 60]], missingCount: 50, gaps: 1 });

  await far.send(rows.slice(10));
  await far.ackUpTo(60);
  expect(platform.report().streams[0]).toMatchObject({ ...CLEAN, held: 60, gaps: 1, head: rows[59]?.hash });
});

test("batches in any order end with every event held once", async () => {
  const { platform, far } = await platformAndDevice();
  const rows = chainedRows(40);
  const batches = [rows.slice(0, 10), rows.slice(10, 20), rows.slice(20, 30), rows.slice(30, 40)];
  for (const index of [3, 1, 0, 2, 1, 3, 2, 3]) await far.send(batches[index] ?? []);
  await far.ackUpTo(40);
  expect(platform.report().streams[0]).toMatchObject({ held: 40, missingCount: 0, conflicts: 0, chainBreaks: 0, head: rows[39]?.hash });
});

test("another event under a number that is held is refused, kept as evidence, and stalls nothing", async () => {
  const { platform, far } = await platformAndDevice();
  const rows = chainedRows(20);
  await far.send(rows);
  await far.ackUpTo(20);
  const forked = chainedRows(10, {
    after: { seq: 15, hash: rows[14]?.hash ?? "" },
    payload: () => ({ kind: DICTIONARY.enclosureOpened.kind, payload: {} }),
  });
  await far.send([...rows.slice(12, 15), ...forked]);

  const ack = await far.ackUpTo(25);
  const conflicts = [16, 17, 18, 19, 20].map((seq) => ({ seq, code: "event.conflict" }));
  expect(ack.refused).toEqual([...conflicts, { seq: 21, code: "event.chainBroken" }]);
  expect(platform.report().streams[0]).toMatchObject({
    held: 24,
    lastSeq: 25,
    missingCount: 0,
    duplicates: 3,
    conflicts: 5,
    chainBreaks: 6,
    refused: 1,
    head: forked[9]?.hash,
  });
  expect(platform.events({ device: DEVICE, fromSeq: 16, limit: 1 })[0]?.hash).toBe(rows[15]?.hash);
});

test("a batch that does not follow from what is held is a break at its first event", async () => {
  const { platform, far } = await platformAndDevice();
  await far.send(chainedRows(10));
  await far.ackUpTo(10);
  const stranger = chainedRows(5, { after: { seq: 10, hash: "ab".repeat(32) } });
  await far.send(stranger);
  const ack = await far.ackUpTo(15);
  expect(ack.refused).toEqual([{ seq: 11, code: "event.chainBroken" }]);
  expect(platform.report().streams[0]).toMatchObject({ held: 14, refused: 1, chainBreaks: 1, conflicts: 0 });
});

test("a poison event is refused by its code, again when it comes again, and the lane goes on", async () => {
  const { platform, far } = await platformAndDevice();
  const payload = (seq: number) => {
    if (seq === 4) return { kind: DICTIONARY.eStop.kind, payload: { pressed: "perhaps" } };
    if (seq === 6) return { kind: 1999, payload: {} };
    return { kind: DICTIONARY.eStop.kind, payload: { pressed: true } };
  };
  const rows = chainedRows(12, { payload });
  await far.send(rows.slice(0, 8));
  const poison = [
    { seq: 4, code: "event.badPayload" },
    { seq: 6, code: "event.unknownKind" },
  ];
  expect((await far.ackUpTo(8)).refused).toEqual(poison);
  await far.send(rows);
  expect((await far.ackUpTo(12)).refused.toSorted((left, right) => left.seq - right.seq)).toEqual(poison);
  expect(platform.report().streams[0]).toMatchObject({ held: 10, refused: 2, lastSeq: 12, missingCount: 0, duplicates: 8, chainBreaks: 0 });
});

test("a new chain begins beside the old one", async () => {
  const { platform, far } = await platformAndDevice();
  await far.send(chainedRows(7));
  await far.ackUpTo(7);
  const chain = far.chain + 5;
  const anew = chainedRows(3, { chain });
  expect(anew[0]?.prev).toBe(GENESIS);
  await far.send(anew, { chain });
  await far.ackUpTo(3, "legal", chain);
  expect(platform.report().streams).toMatchObject([
    { chain: far.chain, held: 7, chainBreaks: 0 },
    { chain, held: 3, chainBreaks: 0 },
  ]);
  expect(platform.events({ device: DEVICE }).map((event) => event.chain)).toEqual([chain, chain, chain]);
});

test("what cannot be read is counted, not stored, not acknowledged, and harms nobody", async () => {
  const { platform, far } = await platformAndDevice();
  await far.publish("events", Buffer.from("{ no json"));
  await far.publish("events", Buffer.from([0x01, 0x55, 0xaa]));
  await far.publish("events", { v: 1 });
  await far.publish("events", new Uint8Array(0));
  const other = "370983Z0001000000025";
  await far.send(chainedRows(1, { device: other }), { device: other });
  await far.publish("request", Buffer.from("?"));
  await far.publish("state", Buffer.from("[]"));
  await far.send(chainedRows(1));
  await far.ackUpTo(1);
  expect(far.acks).toHaveLength(1);
  expect(platform.report().unreadable).toEqual({
    "event.badJson": 2,
    "event.badDeflate": 1,
    "event.badShape": 2,
    "event.wrongDevice": 1,
  });
  expect(platform.report().streams.map(({ device }) => device)).toEqual([DEVICE]);
});

test("a device that nobody registered is taken, and flagged", async () => {
  const { platform } = await platformAndDevice();
  const stranger = await deviceAt(platform.brokerUrl, "370983Z0001000000033");
  await stranger.send(chainedRows(2, { device: stranger.device }));
  await stranger.ackUpTo(2);
  await stranger.sendState();
  await stranger.until(() => platform.live()[0]);
  expect(platform.report(stranger.device).streams).toMatchObject([{ held: 2, unregistered: true }]);
  expect(platform.live()).toMatchObject([{ device: stranger.device, unregistered: true }]);
});

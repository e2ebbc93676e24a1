import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "#simulator/stage/processes.ts";
import { Bench, PATIENCE_MS } from "#test/agent/bench.ts";
import { mosquittoBroker, type TestBroker } from "#test/sync/brokers.ts";

let broker: TestBroker;
let bench: Bench;

beforeAll(async () => {
  broker = await mosquittoBroker();
  await broker.start();
  bench = await Bench.start(["ZX7-400"], { brokerUrl: broker.url });
});
afterAll(async () => {
  await bench?.close();
  await broker?.end();
});

describe.concurrent("mosquitto in place of our own broker", () => {
  it.sequential("is killed and started again during welding: nothing is missing, nothing is there twice", async () => {
    await bench.energise();
    await bench.tell({ do: "weld", rods: 5, rodS: 2, changeS: 0.8 });
    await bench.truthWhen("the second arc", ({ arcs, arcing }) => arcs === 1 && arcing);
    await broker.kill();
    const atKill = (await bench.machine())?.journalled.legal ?? 0;
    await until("records wait", async () => ((await bench.machine())?.journalled.legal ?? 0) > atKill, PATIENCE_MS);
    await broker.start();
    await bench.truthWhen("the fourth arc", ({ arcs, arcing }) => arcs === 3 && arcing);
    await broker.kill();
    await broker.start();
    const truth = await bench.truthWhen("five rods", ({ arcs, arcing }) => arcs === 5 && !arcing);
    expect(truth.opens).toEqual([]);
    await bench.arcsAre(truth);
    await bench.drained();
    expect(await bench.objections()).toEqual([]);
  });

  it.sequential("serves commands, time and the list as before", async () => {
    await bench.scanFromAfar("unknown");
    await bench.event("scanDenied", 0, ({ payload }) => payload.way === "grant" && payload.code === "licence.unknownCertificate");
  });
});

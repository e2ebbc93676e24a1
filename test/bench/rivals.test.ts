import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { rivalResult, table } from "#scripts/bench/base/figures.ts";
import { account, latenciesMs } from "#scripts/bench/rivals/accounts.ts";
import { flowOf } from "#scripts/bench/rivals/flow.ts";
import { killPlan } from "#scripts/bench/rivals/plan.ts";

describe("the kills of a rival's bench", () => {
  it("come at the same instants for the same seed, and at others for another", () => {
    expect(killPlan(7, 3)).toEqual(killPlan(7, 3));
    expect(killPlan(7, 3)).not.toEqual(killPlan(8, 3));
  });

  it("are as many of each kind, in order of time, and every broker that went comes back", () => {
    for (let seed = 0; seed < 50; seed++) {
      const plan = killPlan(seed, 4);
      const count = (what: string) => plan.filter((step) => step.do === what).length;
      expect([count("killGateway"), count("killBroker"), count("startBroker")]).toEqual([8, 8, 8]);
      expect(plan.map(({ atMs }) => atMs)).toEqual(plan.map(({ atMs }) => atMs).toSorted((left, right) => left - right));
      expect(plan.at(-1)?.do).toBe("startBroker");
    }
  });

  it("meet the gateway while the broker is away, in the third of each round", () => {
    expect(killPlan(1, 1).map((step) => step.do)).toEqual([
      "killGateway",
      ...["killBroker", "startBroker"],
      ...["killBroker", "killGateway", "startBroker"],
    ]);
  });
});

describe("the account of a run", () => {
  it("counts what is missing between the first and the last that arrived, in whatever order, and what came again", () => {
    expect(account([5, 6, 9, 6, 10, 6])).toEqual({ readings: 4, lost: 2, duplicate: 2 });
    expect(account([3])).toEqual({ readings: 1, lost: 0, duplicate: 0 });
    expect(account([])).toEqual({ readings: 0, lost: 0, duplicate: 0 });
  });

  it("times each reading from the answer that carried it to its first arrival", () => {
    const answers = [
      { seq: 1, count: 2, unixMs: 100 },
      { seq: 3, count: 1, unixMs: 110.5 },
    ];
    const received = [
      { seq: 2, receivedMs: 104 },
      { seq: 1, receivedMs: 105 },
      { seq: 2, receivedMs: 900 },
      { seq: 4, receivedMs: 120 },
      { seq: 3, receivedMs: 110 },
    ];
    expect(latenciesMs(answers, received)).toEqual([4, 5, 0]);
  });

  it("stands beside Node-RED's in the table and in the JSON", () => {
    const result = rivalResult("rivals", { lost: 0, rssMb: 90 }, { lost: 4, rssMb: 120 });
    expect(result).toEqual({
      bench: "rivals",
      ours: { lost: 0, rssMb: 90 },
      nodeRed: { lost: 4, rssMb: 120 },
      ratio: { lost: 0, rssMb: 0.75 },
    });
    expect(table(result).split("\n")[0]?.split(/ +/)).toEqual(["rivals", "ours", "nodeRed", "ratio"]);
  });
});

describe("Node-RED's flow", () => {
  const flow = flowOf({ tty: "/dev/x", database: "/tmp/outbox.sqlite", brokerPort: 1, topic: "plant", pollMs: 50 }) as FlowNode[];

  it("wires only nodes that are there, and publishes with QoS 1", () => {
    const ids = new Set(flow.map(({ id }) => id));
    for (const { wires = [] } of flow) for (const id of wires.flat()) expect(ids).toContain(id);
    expect(flow.find(({ type }) => type === "mqtt out")?.qos).toBe("1");
  });

  it("decodes a page as the chip lays it out", () => {
    const decode = flow.find(({ id }) => id === "decode")?.func ?? "";
    const words = Array.from({ length: 43 }, () => 0);
    words[12] = 1;
    words[13] = 2;
    words[14] = 2;
    words[23 + 1] = 2_450;
    words[23 + 4] = 0xffff;
    words[33 + 6] = 1_605;
    const { params } = runInNewContext(`(function (msg) {${decode}})(msg)`, { msg: { payload: words } }) as {
      params: { $payload: string };
    };
    expect(JSON.parse(params.$payload)).toEqual([
      { seq: 65_538, volts: 24.5, amps: -0.1, peakAmps: 0 },
      { seq: 65_539, volts: 0, amps: 0, peakAmps: 160.5 },
    ]);
  });
});

interface FlowNode {
  id: string;
  type: string;
  func?: string;
  qos?: string;
  wires?: string[][];
}

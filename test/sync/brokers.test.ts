import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { NewEvent } from "#agent/ports.ts";
import type { SqliteJournal } from "#agent/shell/store/journal.ts";
import { arcEvent, events, LEGAL, MACHINE, OTHER_MACHINE, stuckEvent, TELEMETRY } from "#test/journal/fixtures.ts";
import { sqliteStore } from "#test/journal/sqliteStore.ts";
import { type AgentEnd, agentEnd, mqttConnector, until } from "#test/sync/agentEnd.ts";
import { aedesBroker, mosquittoBroker, type TestBroker } from "#test/sync/brokers.ts";
import { FarEnd } from "#test/sync/farEnd.ts";

const DEVICES = [MACHINE, OTHER_MACHINE];

describe.each([
  ["aedes", aedesBroker],
  ["mosquitto", mosquittoBroker],
])("delivery over %s", (_name, makeBroker) => {
  let broker: TestBroker;
  let platform: FarEnd;
  let store: ReturnType<typeof sqliteStore>;
  let journal: SqliteJournal;
  let agent: AgentEnd;

  beforeEach(async () => {
    store = sqliteStore();
    journal = store.open({ initialEpoch: 9 });
    broker = await makeBroker();
    await broker.start();
    platform = new FarEnd(broker.url);
    await platform.start();
    agent = agentEnd(journal, DEVICES, mqttConnector(broker.url, DEVICES, journal));
  });

  afterEach(async () => {
    await agent.sync.close();
    await platform.stop();
    await broker.end();
    journal.close();
    store.destroy();
  });

  const delivered = async (): Promise<void> => until("delivery", () => agent.sync.status().backlog === 0);

  const expectWhole = (device: string, lane: "legal" | "telemetry"): void => {
    const { lastSeq, head } = journal.stream({ device, lane });
    const held = platform.held(device, lane);
    expect(held.seqs).toEqual(Array.from({ length: lastSeq }, (_, index) => index + 1));
    expect(held.hash).toBe(head);
  };

  it("brings everything across once, legal events first", async () => {
    for (let from = 0; from < 1_000; from += 100) {
      agent.commit([...events(50, from, stuckEvent), ...events(50, from), arcEvent(from, OTHER_MACHINE)]);
    }
    agent.sync.start();
    await delivered();
    for (const device of DEVICES) for (const lane of ["legal", "telemetry"] as const) expectWhole(device, lane);
    expect(platform.repeated).toBe(0);
    expect(journal.stream(LEGAL).ackedSeq).toBe(500);
    expect(agent.sync.status()).toMatchObject({ online: true, backlog: 0 });
  });

  it("loses nothing when the broker is killed and started again while events are made", async () => {
    agent.sync.start();
    let made = 0;
    const make = (count: number): void => {
      const batch: NewEvent[] = [...events(count, made), ...events(count, made, stuckEvent)];
      made += count;
      agent.commit(batch);
    };
    for (let outage = 0; outage < 3; outage++) {
      for (let burst = 0; burst < 20; burst++) make(25);
      await until("some delivery", () => platform.held(MACHINE, "legal").seq > outage * 500);
      await broker.kill();
      for (let burst = 0; burst < 10; burst++) make(10);
      await until("offline", () => !agent.sync.status().online);
      await broker.start();
    }
    await delivered();
    expectWhole(MACHINE, "legal");
    expectWhole(MACHINE, "telemetry");
    expect(journal.stream(TELEMETRY)).toMatchObject({ lastSeq: made, ackedSeq: made });
  });

  it("sends again what the broker took and the platform never got", async () => {
    agent.sync.start();
    await until("online", () => agent.sync.status().online);
    agent.commit(events(10));
    await delivered();
    platform.swallow = 1;
    for (let batch = 0; batch < 5; batch++) agent.commit(events(10, 10 + batch * 10));
    await delivered();
    expectWhole(MACHINE, "legal");
    expect(platform.swallow).toBe(0);
  });

  it("goes on where the platform is after a restart of the agent, though its own cursor was lost", async () => {
    agent.sync.start();
    agent.commit(events(300));
    await delivered();
    await agent.sync.close();
    journal.acknowledge(LEGAL, 0, []);
    agent = agentEnd(journal, DEVICES, mqttConnector(broker.url, DEVICES, journal));
    agent.commit(events(5, 300));
    agent.sync.start();
    await delivered();
    expectWhole(MACHINE, "legal");
    expect(platform.repeated).toBe(0);
  });

  it("says hello for every machine, and goodbye when it stops", async () => {
    agent.sync.start();
    await until("births", () => platform.states.length === 2);
    expect(platform.states.map(({ device, state }) => [device, state.online, state.epoch, state.chain])).toEqual(
      DEVICES.map((device) => [device, true, 9, 9]),
    );
    await agent.sync.close();
    await until("goodbyes", () => platform.states.length === 4);
    expect(platform.states.slice(2).map(({ device, state }) => [device, state.online])).toEqual(DEVICES.map((device) => [device, false]));
  });

  it("passes requests up and every other channel down", async () => {
    agent.sync.start();
    await until("online", () => agent.sync.status().online);
    await agent.sync.request(OTHER_MACHINE, { v: 1, id: "a", want: "file", kind: "base", have: 3 });
    await until("request", () => platform.requests.length > 0);
    expect(platform.requests).toEqual([{ device: OTHER_MACHINE, request: { v: 1, id: "a", want: "file", kind: "base", have: 3 } }]);
    const topic = (device: string, channel: string): string => `arcgate/1/${device.slice(0, 6)}/${device}/down/${channel}`;
    platform.say(topic(MACHINE, "reply"), "one");
    platform.say(topic(MACHINE, "unheardOf"), "nobody");
    platform.say(topic(OTHER_MACHINE, "command"), "two");
    await until("messages", () => agent.received.length === 2);
    expect(agent.received).toEqual([
      { device: MACHINE, channel: "reply", payload: "one" },
      { device: OTHER_MACHINE, channel: "command", payload: "two" },
    ]);
  });
});

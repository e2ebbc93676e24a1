import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Uplink } from "#agent/ports.ts";
import { createUplinkConnector, type UplinkOptions } from "#agent/shell/mqtt/uplink.ts";
import { downTopic, upTopic } from "#protocol/topics.ts";
import { MACHINE } from "#test/journal/fixtures.ts";
import { until } from "#test/sync/agentEnd.ts";
import { aedesBroker, freePort, mosquittoBroker, type TestBroker } from "#test/sync/brokers.ts";
import { FarEnd } from "#test/sync/farEnd.ts";
import { LineProxy } from "#test/sync/proxy.ts";

const EVENTS = upTopic(MACHINE, "events");
const STATE = upTopic(MACHINE, "state");
const GONE = { v: 1, online: false, epoch: 9, chain: 9, state: "gone", session: null, handle: null, volts: null, amps: null, backlog: 0 };
/** Where CONNECT carries the protocol level: after its type, a one- or two-byte length, and "MQTT". */
const levelOf = (greeting: Buffer | undefined): number | undefined => greeting?.[greeting.indexOf("MQTT") + 4];

class Ears {
  readonly heard: string[] = [];
  online(): void {
    this.heard.push("online");
  }
  offline(): void {
    this.heard.push("offline");
  }
  message(topic: string): void {
    this.heard.push(topic);
  }
}

describe.each([
  ["aedes", aedesBroker, [5, 4, 4]],
  ["mosquitto", mosquittoBroker, [5, 5]],
])("uplink to %s", (_name, makeBroker, levels) => {
  let broker: TestBroker;
  let line: LineProxy;
  let ears: Ears;
  const opened: Uplink[] = [];

  beforeEach(async () => {
    broker = await makeBroker();
    await broker.start();
    line = new LineProxy(broker.url);
    await line.start();
    ears = new Ears();
  });

  afterEach(async () => {
    for (const uplink of opened.splice(0)) await uplink.close();
    await line.end();
    await broker.end();
  });

  const connector = (change: Partial<UplinkOptions> = {}) => {
    const connect = createUplinkConnector({
      url: line.url,
      clientId: "arcgate-test",
      subscriptions: [downTopic(MACHINE, "+")],
      will: { topic: STATE, payload: JSON.stringify(GONE) },
      ...change,
    });
    return (): Uplink => {
      const uplink = connect(ears);
      opened.push(uplink);
      return uplink;
    };
  };

  const heard = (count: number): Promise<void> => until(`${count} of ${ears.heard}`, () => ears.heard.length >= count);

  it("finds the newest version of MQTT that the broker speaks, and remembers it", async () => {
    const open = connector();
    await open().close();
    ears.heard.length = 0;
    line.greetings.length = 0;
    const fresh = connector();
    const first = fresh();
    await heard(1);
    await first.close();
    fresh();
    await heard(3);
    expect(ears.heard).toEqual(["online", "offline", "online"]);
    expect(line.greetings.map(levelOf)).toEqual(levels);
  });

  it("is said to be gone when the line is cut, and then refuses everything", async () => {
    const platform = new FarEnd(broker.url);
    await platform.start();
    const uplink = connector()();
    await heard(1);
    const unanswered = uplink.publish(EVENTS, new Uint8Array(10), 1);
    line.cut();
    await expect(unanswered).rejects.toThrow("sync.offline");
    await until("will", () => platform.states.length > 0);
    expect(platform.states[0]).toMatchObject({ device: MACHINE, state: { online: false, state: "gone" } });
    await expect(uplink.publish(EVENTS, new Uint8Array(10), 1)).rejects.toThrow("sync.offline");
    expect(ears.heard).toEqual(["online", "offline"]);
    await platform.stop();
  });

  it("gives up a message that the broker does not take, one that is too large, and one too many", async () => {
    const uplink = connector({ publishTimeoutMs: 300 })();
    await heard(1);
    await expect(uplink.publish(EVENTS, new Uint8Array(256 * 1024 + 1), 1)).rejects.toThrow("sync.tooLarge");
    line.deaf = true;
    const waiting = Array.from({ length: 128 }, () => uplink.publish(EVENTS, new Uint8Array(10), 1));
    const outcomes = Promise.allSettled(waiting);
    await expect(uplink.publish(EVENTS, new Uint8Array(10), 1)).rejects.toThrow("sync.busy");
    const codes = (await outcomes).map((outcome) => (outcome.status === "rejected" ? String(outcome.reason.code) : "taken"));
    expect(codes).toEqual(Array(128).fill("sync.publishTimeout"));
    await uplink.close();
    await until("the deaf line let go", () => line.open === 0);
    expect(ears.heard).toEqual(["online", "offline"]);
  });

  /** The library gives up after one and a half keepalives, so 45 s with ours; when it does not, this ends by the runner's limit. */
  it("finds a line that swallows everything, though nothing is owed and live states go out all the time", async () => {
    const uplink = connector({ keepaliveS: 1 })();
    await heard(1);
    line.deaf = true;
    const states = setInterval(() => void uplink.publish(STATE, Buffer.from(JSON.stringify(GONE)), 0).catch(() => undefined), 50);
    await heard(2);
    clearInterval(states);
    expect(ears.heard).toEqual(["online", "offline"]);
  });

  it("does not pass on a message that is too large", async () => {
    const refused: string[] = [];
    const platform = new FarEnd(broker.url);
    await platform.start();
    connector({ version: 4, onRefused: (cause) => refused.push(cause.code) })();
    await heard(1);
    platform.say(downTopic(MACHINE, "list"), new Uint8Array(256 * 1024 + 1));
    platform.say(downTopic(MACHINE, "reply"), new Uint8Array(256 * 1024));
    await heard(2);
    expect(ears.heard).toEqual(["online", downTopic(MACHINE, "reply")]);
    expect(refused).toEqual(["sync.tooLarge"]);
    await platform.stop();
  });

  it("says offline once when nobody listens", async () => {
    connector({ url: `mqtt://127.0.0.1:${await freePort()}` })();
    await heard(1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(ears.heard).toEqual(["offline"]);
  });
});

describe("a broker that says no", () => {
  const reasons: string[] = [];
  const attempt = async (broker: TestBroker): Promise<string | undefined> => {
    reasons.length = 0;
    await broker.start();
    const listener = { online: () => reasons.push("online"), offline: (reason: string) => reasons.push(reason), message: () => undefined };
    const connect = createUplinkConnector({
      url: broker.url,
      clientId: "arcgate-test",
      subscriptions: [downTopic(MACHINE, "+")],
      will: { topic: STATE, payload: JSON.stringify(GONE) },
    });
    const uplink = connect(listener);
    await until("an answer", () => reasons.length > 0);
    await uplink.close();
    await broker.end();
    expect(reasons).toHaveLength(1);
    return reasons[0];
  };

  it("to the connection is named", async () => {
    const answer = await attempt(await aedesBroker({ authenticate: (_client, _user, _password, done) => done(null, false) }));
    expect(answer).toContain("sync.refusedByBroker");
  });

  it("to the subscription is named, and the uplink does not go online", async () => {
    const answer = await attempt(await aedesBroker({ authorizeSubscribe: (_client, _subscription, done) => done(null, null) }));
    expect(answer).toContain("sync.subscribeRefused");
  });
});

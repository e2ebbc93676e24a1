import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { FetchInput } from "#agent/core/fileFetch/state.ts";
import { Inbox } from "#agent/runtime/inbox.ts";
import { canonicalJson } from "#protocol/events/canonical.ts";
import type { Command, TimeReply } from "#protocol/events/messages.ts";
import { trustFromFile } from "#protocol/trust/trustFile.ts";
import { commandText, timeText } from "#protocol/trust/wireMessages.ts";
import { openKeys, type PlatformKeys } from "#simulator/platform/keys.ts";
import { seededRandom } from "#test/list/fixtures.ts";

const DEVICE = "370983ZARCG000000010";
const OTHER = "370983ZARCG000000021";
const NOW_MS = Date.UTC(2026, 10, 22, 8);

const folder = mkdtempSync(join(tmpdir(), "arcgate-inbox-"));
const platform = openKeys(join(folder, "platform"));
const stranger = openKeys(join(folder, "stranger"));
const trust = trustFromFile(JSON.parse(readFileSync(platform.trustPath, "utf8")));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let codes: string[];
let done: string[];
let inputs: FetchInput[];
let inbox: Inbox;

beforeEach(() => {
  codes = [];
  done = [];
  inputs = [];
  inbox = new Inbox({
    trust,
    log: { info: () => undefined, warn: (fields) => void codes.push((fields as { code: string }).code) },
    now: () => ({ earliestMs: NOW_MS, latestMs: NOW_MS + 1_000 }),
    timeArrived: (utcMs, uncertaintyMs) => void done.push(`time ${utcMs} ${uncertaintyMs}`),
    fileInput: (input) => void inputs.push(input),
    envelopeArrived: (device, id, envelope) => void done.push(`envelope ${device} ${id} ${envelope?.length ?? "none"}`),
    deviceKeyArrived: (device, word) => void done.push(`key ${device} ${word?.length ?? "none"}`),
    grant: (device, grant) => void done.push(`grant ${device} ${grant}`),
    lock: (device) => void done.push(`lock ${device}`),
    comeBack: ({ afterS, spreadS }) => void done.push(`come back ${afterS} ${spreadS}`),
  });
});

type Order = Command["command"];

function lockOrder(change: Partial<Order> = {}): Order {
  return { do: "lock", device: DEVICE, id: "order-1", issuedMs: NOW_MS - 1_000, ...change } as Order;
}

function signed(command: Order, keys: PlatformKeys = platform): Command {
  return { v: 1, command, signature: keys.sign("command", commandText(command)) };
}

function receive(channel: "command" | "time" | "reply" | "list" | "ack", message: unknown, device = DEVICE): void {
  inbox.receive(device, channel, new TextEncoder().encode(typeof message === "string" ? message : JSON.stringify(message)));
}

describe("a command", () => {
  it("of the platform is carried out", () => {
    receive("command", signed(lockOrder()));
    receive("command", signed(lockOrder({ do: "grant", id: "order-2", grant: "AG1G:X" } as Partial<Order>)));
    expect([done, codes]).toEqual([[`lock ${DEVICE}`, `grant ${DEVICE} AG1G:X`], []]);
  });

  it("to come back in a slot is taken from the platform's key alone, and within 15 minutes", () => {
    const slot = { do: "comeBack", afterS: 120, spreadS: 600 } as Partial<Order>;
    receive("command", signed(lockOrder(slot)));
    receive("command", signed(lockOrder({ ...slot, id: "order-2" }), stranger));
    receive("command", signed(lockOrder({ ...slot, id: "order-3", spreadS: 901 } as Partial<Order>)));
    receive("command", signed(lockOrder({ ...slot, id: "order-4", device: OTHER })));
    expect(done).toEqual(["come back 120 600"]);
    expect(codes).toEqual(["trust.unknownKey", "event.badShape", "trust.otherDevice"]);
  });

  it("that comes again is carried out once", () => {
    const message = signed(lockOrder());
    for (let count = 0; count < 5; count++) receive("command", message);
    expect(done).toHaveLength(1);
  });

  it("is remembered for long enough: 200 others between change nothing", () => {
    const message = signed(lockOrder({ id: "first" }));
    receive("command", message);
    for (let count = 0; count < 200; count++) receive("command", signed(lockOrder({ id: `order-${count}` })));
    receive("command", message);
    expect(done).toHaveLength(201);
  });

  it("that is older than a minute is refused", () => {
    receive("command", signed(lockOrder({ issuedMs: NOW_MS - 60_001 })));
    expect([done, codes]).toEqual([[], ["trust.staleCommand"]]);
  });

  it("of another device is refused, on its own topic and on ours", () => {
    receive("command", signed(lockOrder({ device: OTHER })));
    receive("command", signed(lockOrder()), OTHER);
    expect([done, codes]).toEqual([[], ["trust.otherDevice", "trust.otherDevice"]]);
  });

  it.each<[string, () => unknown, string]>([
    ["changed after signing", () => ({ ...signed(lockOrder()), command: lockOrder({ id: "other" }) }), "trust.badSignature"],
    ["signed by a stranger", () => signed(lockOrder(), stranger), "trust.unknownKey"],
    [
      "signed by a stranger under the platform's name",
      () => {
        const { value } = signed(lockOrder(), stranger).signature;
        const message = signed(lockOrder());
        return { ...message, signature: { ...message.signature, value } };
      },
      "trust.badSignature",
    ],
    [
      "signed with a key for something else",
      () => ({ v: 1, command: lockOrder(), signature: platform.sign("time", commandText(lockOrder())) }),
      "trust.unknownKey",
    ],
    ["without a signature", () => ({ v: 1, command: lockOrder() }), "event.badShape"],
    ["of an unknown kind", () => ({ ...signed(lockOrder()), command: { ...lockOrder(), do: "energise" } }), "event.badShape"],
    ["no JSON", () => "{", "event.badJson"],
    ["too large", () => `"${"x".repeat(300_000)}"`, "event.tooLarge"],
  ])("that is %s is refused", (_, make, code) => {
    receive("command", make());
    expect([done, codes]).toEqual([[], [code]]);
  });
});

describe("the time", () => {
  function reply(nonce: string, change: Partial<TimeReply> = {}, keys = platform, device = DEVICE): TimeReply {
    const time = { utcMs: NOW_MS, uncertaintyMs: 50 };
    return { v: 1, id: nonce, nonce, ...time, signature: keys.sign("time", timeText(device, nonce, time)), ...change };
  }

  const NONCE = "0123456789abcdef";

  it("is taken once, for the question that was asked last", () => {
    inbox.timeRequest("an-older-question");
    inbox.timeRequest(NONCE);
    receive("time", reply("an-older-question"));
    receive("time", reply(NONCE));
    receive("time", reply(NONCE));
    expect([done, codes]).toEqual([[`time ${NOW_MS} 50`], ["trust.staleNonce", "trust.staleNonce"]]);
  });

  it.each<[string, () => unknown, string]>([
    ["with another nonce", () => reply(NONCE, { nonce: "fedcba9876543210" }), "trust.staleNonce"],
    ["that nobody asked for", () => reply("not-asked-for-at-all"), "trust.staleNonce"],
    ["that was moved", () => reply(NONCE, { utcMs: NOW_MS + 86_400_000 }), "trust.badSignature"],
    ["that claims to be more exact", () => reply(NONCE, { uncertaintyMs: 1 }), "trust.badSignature"],
    ["signed by a stranger", () => reply(NONCE, {}, stranger), "trust.unknownKey"],
    ["for another device", () => reply(NONCE, {}, platform, OTHER), "trust.badSignature"],
  ])("%s is refused, and the right answer still counts", (_, make, code) => {
    inbox.timeRequest(NONCE);
    receive("time", make());
    expect([done, codes]).toEqual([[], [code]]);
    receive("time", reply(NONCE));
    expect(done).toEqual([`time ${NOW_MS} 50`]);
  });
});

describe("a signed file", () => {
  it("passes answers and pieces on; the file proves itself", () => {
    receive("reply", { v: 1, id: "a", kind: "overlay", file: null });
    receive("list", { v: 1, id: "b", kind: "base", version: 3, offset: 4, data: "AQID" });
    expect(inputs).toEqual([
      { type: "reply", id: "a", kind: "overlay", file: null },
      { type: "chunk", id: "b", kind: "base", version: 3, offset: 4, data: Uint8Array.of(1, 2, 3) },
    ]);
    receive("list", { v: 1, id: "b", kind: "base", version: 3, offset: -4, data: "AQID" });
    receive("reply", { v: 1, id: "a", kind: "overlay", file: { version: 1 } });
    receive("reply", { v: 1, id: "a", kind: "firmware", file: null });
    expect(codes).toEqual(["event.badShape", "event.badShape", "event.badShape"]);
  });

  it("is asked for when the platform's signed word says that there is a new one, and on nobody else's", () => {
    const order = { do: "refresh", device: DEVICE, id: "order-2", issuedMs: NOW_MS, kinds: ["overlay"] } as const;
    receive("command", signed({ ...order, kinds: [...order.kinds] }, stranger));
    expect([inputs, codes]).toEqual([[], ["trust.unknownKey"]]);
    receive("command", signed({ ...order, kinds: [...order.kinds] }));
    expect(inputs).toEqual([{ type: "refresh", kinds: ["overlay"], device: DEVICE, spread: true }]);
  });
});

/** Another spelling of the very same message: white space, or the two bits of a base64 text that carry nothing. */
function saysTheSame(bytes: Uint8Array, genuine: Uint8Array): boolean {
  try {
    const [left, right] = [bytes, genuine].map((text) => JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(text)));
    const spelled = (message: { signature: { value: string } }) => {
      const value = Buffer.from(message.signature.value, "base64").toString("hex");
      return canonicalJson({ ...message, signature: { ...message.signature, value } });
    };
    return spelled(left) === spelled(right);
  } catch {
    return false;
  }
}

it("refuses 20,000 mutated messages with a code, and carries none of them out", () => {
  const seed = 20_261_122;
  const random = seededRandom(seed);
  const genuine = new TextEncoder().encode(JSON.stringify(signed(lockOrder())));
  for (let round = 0; round < 20_000; round++) {
    const bytes = Uint8Array.from(genuine);
    for (let edits = 1 + Math.floor(random() * 4); edits > 0; edits--)
      bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    if (saysTheSame(bytes, genuine)) continue;
    inbox.receive(DEVICE, "command", round % 3 === 0 ? bytes.subarray(0, Math.floor(random() * bytes.length)) : bytes);
  }
  expect(done, `seed ${seed}`).toEqual([]);
  expect(codes.length).toBeGreaterThan(19_000);
  expect(codes.every((code) => /^(event|trust)\.\w+$/.test(code))).toBe(true);
});

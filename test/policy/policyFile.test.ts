import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createTrustStore } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";
import { canonicalJson } from "#protocol/events/canonical.ts";
import type { Policy } from "#protocol/policy/policy.ts";
import { encodePolicyFile, parsePolicyFile } from "#protocol/policy/policyFile.ts";
import { trustFromFile } from "#protocol/trust/trustFile.ts";
import { testTrust, trustedKey } from "#test/list/fixtures.ts";
import { DEVICE, FULL, HOUR_MS, NOON_MS, PERMIT, PLAIN, policySigner } from "#test/policy/fixtures.ts";

const TRUST = testTrust();
const FILE = encodePolicyFile(FULL, policySigner("ed25519"));
const TEXT = new TextDecoder().decode(FILE);
const bytes = (text: string) => new TextEncoder().encode(text);

function codeOf(act: () => unknown): ErrorCode | "accepted" {
  try {
    act();
    return "accepted";
  } catch (error) {
    if (error instanceof CodedError) return error.code;
    throw error;
  }
}

const parsed = (file: Uint8Array, { trust = TRUST, device = DEVICE, floor = 0 } = {}) =>
  codeOf(() => parsePolicyFile(file, trust, device, floor));
const encoded = (policy: Policy) => codeOf(() => encodePolicyFile(policy, policySigner("ed25519")));
/** Signed, whatever it says: a platform with a defect. */
function signedAnyway(policy: object): Uint8Array {
  const { algorithm, keyId, sign } = policySigner("ed25519");
  const value = Buffer.from(sign(bytes(`arcgate-policy/1\n${canonicalJson(policy)}`))).toString("base64");
  return bytes(canonicalJson({ policy, signature: { algorithm, keyId, value } }));
}

describe.each(["ed25519", "sm2"] as const)("signed with %s", (algorithm) => {
  const file = encodePolicyFile(FULL, policySigner(algorithm));

  test("comes back as it was", () => {
    expect(parsePolicyFile(file, TRUST, DEVICE, FULL.version)).toEqual(FULL);
  });

  test("no single bit of it can be changed, and nothing can be cut off", () => {
    const accepted: number[] = [];
    for (let bit = 0; bit < 8 * file.length; bit += 1) {
      const changed = Uint8Array.from(file);
      changed[bit >>> 3] = (changed[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
      if (parsed(changed) === "accepted") accepted.push(bit);
    }
    expect(accepted).toEqual([]);
    for (let length = 0; length < file.length; length += 1) expect(parsed(file.subarray(0, length))).toBe("policy.badShape");
  });
});

test.each<[string, Uint8Array, ErrorCode]>([
  ["above 64 KiB", new Uint8Array(65_537), "policy.tooLarge"],
  ["no UTF-8", Uint8Array.of(0xff), "policy.badShape"],
  ["no JSON", bytes("policy"), "policy.badShape"],
  ["a byte-order mark", bytes(`\uFEFF${TEXT}`), "policy.badShape"],
  ["white space", bytes(` ${TEXT}`), "policy.badShape"],
  ["members in another order", bytes(JSON.stringify({ signature: JSON.parse(TEXT).signature, policy: FULL })), "policy.badShape"],
  ["a member twice", bytes(TEXT.replace('{"policy"', '{"policy":null,"policy"')), "policy.badShape"],
  ["a member that the format does not know", signedAnyway({ ...FULL, extra: 1 }), "policy.badShape"],
  ["an idle relock below the fan's 180 s", signedAnyway({ ...FULL, idleRelockS: 179 }), "policy.badShape"],
  ["version 0, which is the installer's", signedAnyway({ ...FULL, version: 0 }), "policy.rollback"],
  ["a permit that is too long", signedAnyway({ ...FULL, permits: permits("first", 9) }), "policy.badPermit"],
  ["another device's", signedAnyway({ ...FULL, device: "370983ZTEST00000002G" }), "policy.otherDevice"],
])("refuses %s", (_, file, code) => {
  expect(parsed(file)).toBe(code);
});

test("base64 with stray bits is another file", () => {
  const { value } = JSON.parse(TEXT).signature;
  const last = value.at(-3);
  const stray = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const next = stray[stray.indexOf(last) + 1] ?? "";
  expect(Buffer.from(`${value.slice(0, -3)}${next}==`, "base64").equals(Buffer.from(value, "base64"))).toBe(true);
  expect(parsed(bytes(TEXT.replace(value, `${value.slice(0, -3)}${next}==`)))).toBe("policy.badShape");
});

test("an older version is refused, the same is read again", () => {
  expect(parsed(FILE, { floor: FULL.version })).toBe("accepted");
  expect(parsed(FILE, { floor: FULL.version + 1 })).toBe("policy.rollback");
});

test("a key that is not trusted, or not for policies, or did not sign this", () => {
  expect(parsed(FILE, { trust: createTrustStore([]) })).toBe("policy.unknownKey");
  expect(parsed(FILE, { trust: createTrustStore([trustedKey("ed25519", { purposes: ["command", "list"] })]) })).toBe("policy.unknownKey");
  expect(parsed(bytes(TEXT.replace('"version":3', '"version":4')))).toBe("policy.badSignature");
  expect(parsed(FILE, { device: "370983ZTEST00000002G" })).toBe("policy.otherDevice");
});

function permits(level: "special" | "first" | "second", hours: number): Policy["permits"] {
  return { ...FULL.permits, list: [{ ...PERMIT, level, untilMs: PERMIT.fromMs + hours * HOUR_MS }] };
}

test.each([
  ["special", 8],
  ["first", 8],
  ["second", 72],
] as const)("a permit of level %s lasts %i h at most (GB 30871)", (level, hours) => {
  expect(encoded({ ...FULL, permits: permits(level, hours) })).toBe("accepted");
  expect(encoded({ ...FULL, permits: permits(level, hours + 1 / HOUR_MS) })).toBe("policy.badPermit");
  expect(encoded({ ...FULL, permits: permits(level, 0) })).toBe("policy.badPermit");
});

test("what no machine would take is not signed", () => {
  expect(encoded({ ...FULL, permits: { ...FULL.permits, list: [PERMIT, PERMIT] } })).toBe("policy.badPermit");
  expect(encoded({ ...FULL, sessionMaximumS: 0 })).toBe("policy.badShape");
  const handles = Array.from({ length: 64 }, (_, index) => index.toString(16).padStart(32, "0"));
  const list = Array.from({ length: 32 }, (_, index) => ({ ...PERMIT, id: `DH-${index}`, welders: handles }));
  expect(encoded({ ...FULL, permits: { ...FULL.permits, list } })).toBe("policy.tooLarge");
});

interface PolicyVectors {
  trust: unknown;
  accepted: { name: string; file: string; policy: Policy }[];
  refused: { name: string; file: string; code: ErrorCode }[];
}

describe("golden policies", () => {
  const { trust, accepted, refused }: PolicyVectors = JSON.parse(readFileSync("protocol/vectors/policy/policies.json", "utf8"));

  test.each(accepted)("$name is read", ({ file, policy }) => {
    expect(parsePolicyFile(bytes(file), trustFromFile(trust), policy.device, 0)).toEqual(policy);
  });

  test("are what the encoder makes", () => {
    const made = [PLAIN, FULL].map((policy) => new TextDecoder().decode(encodePolicyFile(policy, policySigner("ed25519"))));
    expect(accepted.filter(({ name }) => name.endsWith("ed25519")).map(({ file }) => file)).toEqual(made);
    expect(NOON_MS).toBe(1_795_320_000_000);
  });

  test.each(refused)("$name is refused with $code", ({ file, code }) => {
    expect(parsed(bytes(file), { trust: trustFromFile(trust), floor: 3 })).toBe(code);
  });
});

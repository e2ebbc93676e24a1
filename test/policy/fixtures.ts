/** Policies and their signers for the tests. */

import type { Algorithm } from "#protocol/crypto.ts";
import type { Policy } from "#protocol/policy/policy.ts";
import type { PolicySigner } from "#protocol/policy/policyFile.ts";
import { signBytes } from "#simulator/platform/keys.ts";
import { testKey } from "#test/list/fixtures.ts";

export const HOUR_MS = 3_600_000;
export const DEVICE = "370983ZTEST00000001E";
/** 2026-11-22, noon in China. */
export const NOON_MS = Date.UTC(2026, 10, 22, 4);

export const WELDER = "ab".repeat(16);
export const OTHER = "cd".repeat(16);
export const GUARDIAN = "ef".repeat(16);

/** Nothing but the certificate is asked. */
export const PLAIN: Policy = {
  v: 1,
  device: DEVICE,
  version: 3,
  issuedMs: NOON_MS - 24 * HOUR_MS,
  machineClass: "enforced",
  category: null,
  permits: { required: false, guardiansScan: false, list: [] },
  specialPeriods: [],
  binding: { to: "anyone" },
  checkList: null,
  sessionMaximumS: 43_200,
  idleRelockS: 600,
  offline: { listAgeMaximumH: null, credentialNewerThanList: "allowOnce" },
  expiryRule: "earliest",
  warnDaysBeforeExpiry: 30,
  place: null,
};

export const PERMIT: Policy["permits"]["list"][number] = {
  id: "DH-2026-0117",
  level: "second",
  fromMs: NOON_MS - HOUR_MS,
  untilMs: NOON_MS + 3 * HOUR_MS,
  place: null,
  guardians: [],
  welders: [],
};

/** Every member in use. */
export const FULL: Policy = {
  ...PLAIN,
  category: "2.1",
  permits: { required: true, guardiansScan: true, list: [{ ...PERMIT, guardians: [GUARDIAN], welders: [WELDER] }] },
  specialPeriods: [{ fromMs: NOON_MS, untilMs: NOON_MS + 48 * HOUR_MS, reason: "国庆节" }],
  binding: { to: "borrower", contract: "rent", handle: WELDER, untilMs: NOON_MS + 240 * HOUR_MS },
  checkList: { version: 2, required: true, items: [{ zh: "没有作业票不准动火", en: "No permit, no hot work" }] },
  offline: { listAgeMaximumH: 720, credentialNewerThanList: "deny" },
  expiryRule: "latest",
  place: { latE5: 3_618_640, lonE5: 11_676_880, radiusM: 500 },
};

export function policySigner(algorithm: Algorithm): PolicySigner {
  const key = testKey(algorithm);
  return { algorithm, keyId: key.id, sign: (message) => signBytes(key, message) };
}

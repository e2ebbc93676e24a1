/** Who and what a sequence is about: people, their certificates, places, policies; drawn from a seed. */
import type { Permit, Policy } from "#protocol/policy/policy.ts";
import type { Certificate } from "#test/chaos/facts.ts";
import { PLAIN } from "#test/policy/fixtures.ts";

export const HOUR_MS = 3_600_000;
/** The sequence begins at noon in China. */
export const BEGIN_MS = Date.UTC(2026, 10, 22, 4);
const DAY = Math.floor((BEGIN_MS + 8 * HOUR_MS) / (24 * HOUR_MS));
export const HANDLES = ["a1", "b2", "c3", "d4", "e5"].map((two) => two.repeat(16));
export const HERE = { latE5: 3_618_640, lonE5: 11_676_880 };
export const AWAY = { latE5: 3_718_640, lonE5: 11_676_880 };
const BOUND = { ...HERE, radiusM: 500 };

export const GOOD: Certificate = { categories: 1, notBeforeDay: DAY - 400, expiryDay: DAY + 900, reviewDay: DAY + 300, suspended: false };

export type Draw = () => number;

export const pick = <T>(draw: Draw, from: readonly T[]): T => from[Math.floor(draw() * from.length)] as T;
const chance = (draw: Draw, part: number) => draw() < part;

/** One thing in two is as an honest welder would have it. */
export function drawCertificate(draw: Draw): Certificate | null {
  const kind = Math.floor(draw() * 16);
  if (kind === 0) return null;
  if (kind === 1) return { ...GOOD, suspended: true };
  if (kind === 2) return { ...GOOD, expiryDay: DAY + Math.floor(draw() * 3) - 1 };
  if (kind === 3) return { ...GOOD, reviewDay: DAY + Math.floor(draw() * 3) - 1 };
  if (kind === 4) return { ...GOOD, notBeforeDay: DAY + Math.floor(draw() * 3) };
  if (kind === 5) return { ...GOOD, categories: pick(draw, [2, 4, 8, 16, 6]) };
  return GOOD;
}

function drawPermit(draw: Draw, nowMs: number, id: string): Permit {
  const fromMs = Math.max(0, nowMs + (chance(draw, 0.8) ? -HOUR_MS : Math.floor(draw() * 600_000)));
  return {
    ...{ id, level: "second", fromMs, untilMs: nowMs + (chance(draw, 0.5) ? 8 * HOUR_MS : Math.floor(draw() * 1_200_000)) },
    place: chance(draw, 0.2) ? BOUND : null,
    guardians: chance(draw, 0.3) ? [pick(draw, HANDLES)] : [],
    welders: chance(draw, 0.2) ? [pick(draw, HANDLES), pick(draw, HANDLES)] : [],
  };
}

function drawBinding(draw: Draw, nowMs: number): Policy["binding"] {
  const kind = draw();
  if (kind < 0.75) return { to: "anyone" };
  if (kind < 0.88) return { to: "welders", handles: [pick(draw, HANDLES), pick(draw, HANDLES), pick(draw, HANDLES)] };
  const untilMs = nowMs + Math.floor(draw() * 2 * HOUR_MS) - 300_000;
  return { to: "borrower", contract: "loan", handle: pick(draw, HANDLES), untilMs };
}

const CLASSES = [
  "enforced",
  "enforced",
  "enforced",
  "enforced",
  "enforced",
  "enforced",
  "enforced",
  "monitored",
  "exempt",
  "retired",
] as const;

export function drawPolicy(draw: Draw, nowMs: number, version: number, isFirst: boolean): Policy {
  const permits = Array.from({ length: Math.floor(draw() * 3) }, (_, at) => drawPermit(draw, nowMs, `DH-${version}-${at}`));
  const period = {
    fromMs: nowMs + Math.floor(draw() * 600_000) - 300_000,
    untilMs: nowMs + Math.floor(draw() * 7_200_000),
    reason: "节日",
  };
  return {
    ...PLAIN,
    version,
    machineClass: isFirst && chance(draw, 0.7) ? "enforced" : pick(draw, CLASSES),
    category: chance(draw, 0.85) ? null : pick(draw, ["2.1", "2.2", "construction"] as const),
    permits: { required: chance(draw, 0.25), guardiansScan: chance(draw, 0.3), list: permits },
    specialPeriods: chance(draw, 0.2) ? [period] : [],
    binding: drawBinding(draw, nowMs),
    checkList: chance(draw, 0.2) ? { version: 2, required: chance(draw, 0.7), items: [{ zh: "甲", en: "a" }] } : null,
    sessionMaximumS: pick(draw, [43_200, 43_200, 120, 600]),
    idleRelockS: pick(draw, [600, 600, 180]),
    offline: {
      listAgeMaximumH: chance(draw, 0.2) ? pick(draw, [1, 48, 720]) : null,
      credentialNewerThanList: chance(draw, 0.7) ? "allowOnce" : "deny",
    },
    expiryRule: chance(draw, 0.8) ? "earliest" : "latest",
    place: chance(draw, 0.15) ? BOUND : null,
  };
}

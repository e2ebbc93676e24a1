/** What is to be done, what may be kept from an earlier run, and what it all comes to. */
import type { Finding } from "#scripts/install/commission/core/finding.ts";
import { ITEM_IDS, ITEMS, type ItemId } from "#scripts/install/commission/core/items.ts";

/** An item's result as the journal keeps it. */
export interface Result {
  finding: Finding;
  /** The installer's clock, UTC. */
  atMs: number;
  /** Of the chip that it was measured on. */
  uid: string;
  dry: boolean;
}

export type Results = Partial<Record<ItemId, Result>>;

/** A safety item counts for so long. */
const SAFETY_HOLDS_MS = 24 * 3_600_000;

/** Of `kept` what still counts: passed, on this chip, in the same manner, young enough, and not of a moment that is over. */
export function stillGood(kept: Results, now: { nowMs: number; uid: string; dry: boolean }): Results {
  const good: Results = {};
  for (const id of ITEM_IDS) {
    const result = kept[id];
    if (result?.finding.verdict !== "pass" || ITEMS[id].presentState) continue;
    const ageMs = now.nowMs - result.atMs;
    const isYoung = ageMs >= 0 && ageMs < SAFETY_HOLDS_MS;
    if (result.uid === now.uid && result.dry === now.dry && (isYoung || !ITEMS[id].safety)) good[id] = result;
  }
  return good;
}

const BEFORE_A_SCAN = ["link", "noBypass", "contactor", "voltage", "lease", "eStop", "enclosure"] as const satisfies readonly ItemId[];

/** What must have passed before an item is worth its while. Emergency stop and enclosure are looked at even when nothing closes. */
const NEEDS: Readonly<Record<ItemId, readonly ItemId[]>> = {
  link: [],
  currentZero: ["link"],
  noBypass: ["link"],
  contactor: ["link", "noBypass"],
  voltage: ["contactor"],
  lease: ["contactor"],
  eStop: ["link"],
  enclosure: ["link"],
  start: ["link"],
  // Nobody is asked to weld at a machine that cannot be stopped.
  scan: BEFORE_A_SCAN,
  current: ["scan"],
  arc: ["scan"],
  clock: BEFORE_A_SCAN,
  platform: BEFORE_A_SCAN,
  // What is locked cannot be corrected any more.
  locked: [...BEFORE_A_SCAN, "currentZero", "scan", "current", "arc"],
};

/** The first item that keeps `id` from being done; null: nothing does. */
export function blockerOf(id: ItemId, results: Results): ItemId | null {
  return NEEDS[id].find((needed) => results[needed]?.finding.verdict !== "pass") ?? null;
}

export type Outcome = "passed" | "defects" | "refused";

/** Refused: a safety item is not proven. Defects: something else failed. What could not be done off line is neither. */
export function outcomeOf(results: Results): Outcome {
  const verdicts = ITEM_IDS.map((id) => ({ safety: ITEMS[id].safety, finding: results[id]?.finding }));
  const isUnproven = verdicts.some(({ safety, finding }) => safety && finding?.verdict !== "pass");
  if (isUnproven) return "refused";
  const excused = (finding: Finding | undefined) =>
    finding?.verdict === "pass" || (finding?.verdict === "skipped" && finding.because === "offline");
  return verdicts.every(({ finding }) => excused(finding)) ? "passed" : "defects";
}

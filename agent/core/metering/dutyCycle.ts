import type { Seen } from "#agent/core/metering/seen.ts";
import type { MeterFact, MeterSettings } from "#agent/core/metering/settings.ts";

const BUCKET_MS = 10_000;
const BUCKETS = 60;
/** Told again only after it has fallen so far below what is allowed. */
const REARM_PART = 0.95;

/** The last 10 minutes in buckets of 10 s; those without arc are left out. `index` counts buckets of the window clock. */
export interface DutyCycle {
  buckets: { index: number; arcMs: number; ampMs: number }[];
  openIndex: number;
  exceeded: boolean;
}

export function initialDutyCycle(): DutyCycle {
  return { buckets: [], openIndex: 0, exceeded: false };
}

/** Judged at the end of each bucket: the rated duty cycle holds at rated current, and less current allows more of it. */
export function countDuty(duty: DutyCycle, seen: Seen, settings: MeterSettings): MeterFact[] {
  const facts = advance(duty, Math.floor(seen.startMs / BUCKET_MS), settings);
  const ms = seen.window.closed && seen.usable ? seen.window.arcMs + seen.window.shortMs : 0;
  if (ms > 0) {
    const newest = duty.buckets.at(-1);
    const bucket = newest?.index === duty.openIndex ? newest : { index: duty.openIndex, arcMs: 0, ampMs: 0 };
    if (bucket !== newest) duty.buckets.push(bucket);
    bucket.arcMs += ms;
    bucket.ampMs += Math.abs(seen.amps) * ms;
  }
  return [...facts, ...advance(duty, Math.floor(seen.endMs / BUCKET_MS), settings)];
}

function dutyCycleNow(duty: DutyCycle): { dutyCycle: number; meanAmps: number } {
  let arcMs = 0;
  let ampMs = 0;
  for (const bucket of duty.buckets) {
    arcMs += bucket.arcMs;
    ampMs += bucket.ampMs;
  }
  return { dutyCycle: Math.min(1, arcMs / (BUCKETS * BUCKET_MS)), meanAmps: arcMs > 0 ? ampMs / arcMs : 0 };
}

/** However long the idleness, two looks suffice: at the first bucket's end, and now; between them the duty cycle only falls. */
function advance(duty: DutyCycle, index: number, settings: MeterSettings): MeterFact[] {
  if (index <= duty.openIndex) return [];
  const facts = judge(duty, duty.openIndex + 1, settings);
  if (index > duty.openIndex + 1) facts.push(...judge(duty, index, settings));
  duty.openIndex = index;
  return facts;
}

function judge(duty: DutyCycle, index: number, settings: MeterSettings): MeterFact[] {
  duty.buckets = duty.buckets.filter((bucket) => bucket.index >= index - BUCKETS);
  const { dutyCycle, meanAmps } = dutyCycleNow(duty);
  if (meanAmps === 0) {
    duty.exceeded = false;
    return [];
  }
  const allowedDutyCycle = Math.min(1, settings.ratedDutyCycle * (settings.ratedAmps / meanAmps) ** 2);
  if (duty.exceeded) {
    duty.exceeded = dutyCycle > allowedDutyCycle * REARM_PART;
    return [];
  }
  if (dutyCycle <= allowedDutyCycle) return [];
  duty.exceeded = true;
  return [{ type: "dutyCycleExceeded", atMs: index * BUCKET_MS, dutyCycle, allowedDutyCycle, meanAmps }];
}

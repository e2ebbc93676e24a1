/**
 * The machine against itself: open-circuit voltage, load line and rate of shorts of each session, held against those of its first ones. It only
 * alerts. It cannot know a modification made before it learned, nor tell one from other work (wire, gas, electrode, long cables, another mains) that moves the
 * same figures as far; so the limits are wide, and work must differ in several sessions in a row.
 */
import type { Found } from "#agent/core/detection/finding.ts";
import { median, spreadOf } from "#agent/core/detection/samples.ts";
import { addToSums, noSums, type SessionSums, type Signature, signatureOf } from "#agent/core/detection/sessionSums.ts";
import type { Seen } from "#agent/core/metering/seen.ts";
import type { PayloadOf } from "#protocol/events/payloads.ts";

/** Sessions that make the reference: it is fixed afterwards, or a slow change would teach itself to it. */
const LEARNED_SESSIONS = 8;
const SPREADS = 6;
const BARREN_SESSIONS = 6;
const BARREN_LEAST_MS = 60_000;

type Feature = keyof Signature;

interface FeatureRule {
  reason: PayloadOf<"suspectedModifiedWelder">["reason"];
  quantity: "volts" | "shortsPerS";
  /** Sessions in a row. */
  sessions: number;
  /** Least distance from the reference's median that is a shift; in `scale`. */
  leastOf(reference: number): number;
  /** Where distances are measured: rates by their ratio. */
  scale(value: number): number;
}

const same = (value: number) => value;

const RULES: Record<Feature, FeatureRule> = {
  // Mains within 10 % of their voltage move a transformer's no-load voltage as far.
  noLoadVolts: {
    reason: "openCircuitVoltageShifted",
    quantity: "volts",
    sessions: 2,
    leastOf: (volts) => Math.max(4, 0.15 * volts),
    scale: same,
  },
  loadLineVolts: { reason: "loadLineShifted", quantity: "volts", sessions: 3, leastOf: () => 6, scale: same },
  shortsPerS: {
    reason: "shortRateShifted",
    quantity: "shortsPerS",
    sessions: 3,
    leastOf: () => Math.log(8),
    scale: (rate) => Math.log(rate + 0.5),
  },
};
const FEATURES = ["noLoadVolts", "loadLineVolts", "shortsPerS"] as const satisfies Feature[];

interface FeatureWatch {
  /** The first sessions' values. */
  reference: number[];
  shifted: number;
  told: boolean;
}

export interface SignatureWatch extends Record<Feature, FeatureWatch> {
  session: number | null;
  sums: SessionSums;
  /** Sessions in a row without an arc. */
  barren: number;
}

export function initialSignatureWatch(): SignatureWatch {
  const feature = (): FeatureWatch => ({ reference: [], shifted: 0, told: false });
  return { session: null, sums: noSums(), barren: 0, noLoadVolts: feature(), loadLineVolts: feature(), shortsPerS: feature() };
}

/** Judges a session when the next one begins: until then its last windows may still come. */
export function watchSession(watch: SignatureWatch, session: number | null, chipMs: number): Found[] {
  if (session === watch.session) return [];
  const { sums } = watch;
  const found = [...countBarren(watch, sums, chipMs), ...judge(watch, signatureOf(sums), sums, chipMs)];
  watch.session = session;
  watch.sums = noSums();
  return found;
}

export function watchSignature(watch: SignatureWatch, seen: Seen): void {
  addToSums(watch.sums, seen);
}

function judge(watch: SignatureWatch, signature: Signature, { closedMs }: SessionSums, chipMs: number): Found[] {
  return FEATURES.flatMap((feature): Found[] => {
    const value = signature[feature];
    if (value === null) return [];
    const state = watch[feature];
    if (state.reference.length < LEARNED_SESSIONS) {
      state.reference.push(value);
      return [];
    }
    const rule = RULES[feature];
    const scaled = state.reference.map(rule.scale);
    const distance = Math.abs(rule.scale(value) - median(scaled));
    const limit = Math.max(rule.leastOf(median(state.reference)), SPREADS * spreadOf(scaled));
    state.shifted = distance > limit ? state.shifted + 1 : 0;
    // Told again only after a session near the reference: at half the limit.
    if (distance < limit / 2) state.told = false;
    if (state.told || state.shifted < rule.sessions) return [];
    state.told = true;
    const span = { atMs: Math.max(0, chipMs - closedMs), forMs: closedMs };
    const measure = { ...span, quantity: rule.quantity, measured: value, threshold: median(state.reference) };
    return [{ name: "suspectedModifiedWelder", reason: rule.reason, measure }];
  });
}

/** Licensed and energised again and again, and never an ampere: the current goes elsewhere, or somebody tries the machine's door. */
function countBarren(watch: SignatureWatch, { closedMs, hadCurrent }: SessionSums, chipMs: number): Found[] {
  if (hadCurrent) watch.barren = 0;
  else if (closedMs >= BARREN_LEAST_MS) watch.barren += 1;
  if (watch.barren < BARREN_SESSIONS) return [];
  watch.barren = 0;
  const span = { atMs: Math.max(0, chipMs - closedMs), forMs: closedMs };
  const measure = { ...span, quantity: "sessions", measured: BARREN_SESSIONS, threshold: BARREN_SESSIONS } as const;
  return [{ name: "abnormalOperation", reason: "startsWithoutArc", measure }];
}

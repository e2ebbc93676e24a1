/** Sense leads that are bridged: a channel says zero where an energised machine must show something. */
import { type Episode, follow, meanOf } from "#agent/core/detection/episode.ts";
import type { Found, Measure } from "#agent/core/detection/finding.ts";
import { ARC_LEAST_VOLTS } from "#agent/core/metering/limits.ts";
import type { Seen } from "#agent/core/metering/seen.ts";

/** A real short circuit leaves more than this across cables and electrode: 3 mΩ, and never more than 0.3 V is asked of it. */
const SHORT_OHMS = 0.003;
const SHORT_MOST_VOLTS = 0.3;
const ZERO_RULE = { holdMs: 700, pausePart: 1, rearmMs: 600_000 };
const BLANK_VOLTS = 1;
const BLANK_MS = 700;
/** A machine that takes longer to start is not judged at its start. */
const SHOWS_WITHIN_MS = 800;
/** Machines with a trigger show nothing between arcs: the rule is for those that never failed to, so many times in a row. */
const LEARNED = 5;
const LEARNED_MAX = 100;
/** A machine that is switched off at its own switch, or by its thermostat, looks the same: so it is told once in 1,000 energised hours. */
const ONCE_IN_MS = 1_000 * 3_600_000;

export interface ShortedWatch {
  zero: Episode | null;
  /** Closings, and ends of arcs, in a row after which the open-circuit voltage was there. */
  shownAtClosing: number;
  shownAfterArc: number;
  /** What the machine shows: not energised, energised and nothing seen yet, a load or open-circuit voltage, on the way down, nothing. */
  at: "open" | "starting" | "live" | "fading" | "blank" | "told";
  sinceMs: number;
  /** End of the newest window with load; null before one. */
  loadEndMs: number | null;
  /** Energised time until it may be told again. */
  quietForMs: number;
}

export function initialShortedWatch(): ShortedWatch {
  return { zero: null, shownAtClosing: 0, shownAfterArc: 0, at: "open", sinceMs: 0, loadEndMs: null, quietForMs: 0 };
}

export function watchShorted(watch: ShortedWatch, seen: Seen): Found[] {
  if (!seen.usable) {
    watch.at = seen.window.closed ? "fading" : "open";
    return [];
  }
  return [...watchZero(watch, seen), ...watchBlank(watch, seen)];
}

/** Current, and not even the voltage of a short circuit. */
function watchZero(watch: ShortedWatch, seen: Seen): Found[] {
  const threshold = Math.min(SHORT_MOST_VOLTS, SHORT_OHMS * Math.abs(seen.amps));
  const isZero = seen.window.closed && seen.currentPresent && Math.abs(seen.volts) < threshold;
  const { episode, met } = follow(watch.zero, seen, isZero ? Math.abs(seen.volts) : null, ZERO_RULE);
  watch.zero = episode;
  if (!met || !episode) return [];
  const measure = {
    atMs: episode.startMs,
    forMs: seen.endMs - episode.startMs,
    quantity: "volts",
    measured: meanOf(episode),
    threshold,
  } as const;
  return [{ name: "sensorShorted", reason: "voltageStaysZero", measure }];
}

/** Neither load nor voltage: at closing, or out of a load or an open-circuit voltage within one window. */
function watchBlank(watch: ShortedWatch, seen: Seen): Found[] {
  const { startMs, endMs, window } = seen;
  const volts = Math.abs(seen.volts);
  // A spike may look like a few milliseconds of arc, a sensor's offset like a short circuit.
  const hasLoad = seen.currentPresent || window.arcMs >= seen.windowMs / 2;
  if (!window.closed) {
    watch.at = "open";
    watch.loadEndMs = null;
    return [];
  }
  watch.quietForMs = Math.max(0, watch.quietForMs - (endMs - startMs));
  if (watch.at === "open") moveTo(watch, "starting", startMs);
  if (hasLoad || volts >= ARC_LEAST_VOLTS) {
    onLive(watch, hasLoad, seen);
    return [];
  }
  fall(watch, volts, seen);
  if (watch.at === "starting" && endMs - watch.sinceMs >= SHOWS_WITHIN_MS) return onMissed(watch, "noLoadVoltageMissing", seen);
  if (watch.at === "blank" && endMs - watch.sinceMs >= BLANK_MS) return onMissed(watch, "bothFellToZero", seen);
  return [];
}

/** One window may hold both, the voltage and its absence: more of them are a charge that runs down, which no bridge leaves time for. */
function fall(watch: ShortedWatch, volts: number, { startMs, windowMs, alternating }: Seen): void {
  // A transformer's own switch takes its open-circuit voltage away at once; nobody turns it in mid-arc.
  const cameFromLoad = watch.loadEndMs !== null && startMs - watch.loadEndMs <= windowMs;
  if (watch.at === "live" && alternating && !cameFromLoad) watch.at = "told";
  else if (watch.at === "live") moveTo(watch, volts < BLANK_VOLTS ? "blank" : "fading", startMs);
  else if (watch.at === "fading" && volts < BLANK_VOLTS && startMs - watch.sinceMs <= windowMs) moveTo(watch, "blank", watch.sinceMs);
}

function onLive(watch: ShortedWatch, hasLoad: boolean, { startMs, endMs }: Seen): void {
  if (watch.at === "starting") watch.shownAtClosing = Math.min(LEARNED_MAX, watch.shownAtClosing + 1);
  if (watch.at === "live" && watch.loadEndMs === startMs && !hasLoad) watch.shownAfterArc = Math.min(LEARNED_MAX, watch.shownAfterArc + 1);
  if (hasLoad) watch.loadEndMs = endMs;
  watch.at = "live";
}

function onMissed(watch: ShortedWatch, reason: "bothFellToZero" | "noLoadVoltageMissing", seen: Seen): Found[] {
  const learned = reason === "bothFellToZero" ? watch.shownAfterArc : watch.shownAtClosing;
  if (reason === "bothFellToZero") watch.shownAfterArc = 0;
  else watch.shownAtClosing = 0;
  const atMs = watch.sinceMs;
  watch.at = "told";
  if (learned < LEARNED || watch.quietForMs > 0) return [];
  watch.quietForMs = ONCE_IN_MS;
  const measure: Measure = { atMs, forMs: seen.endMs - atMs, quantity: "volts", measured: Math.abs(seen.volts), threshold: BLANK_VOLTS };
  return [{ name: "sensorShorted", reason, measure }];
}

function moveTo(watch: ShortedWatch, at: ShortedWatch["at"], sinceMs: number): void {
  watch.at = at;
  watch.sinceMs = sinceMs;
}

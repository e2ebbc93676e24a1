import { type ArcRun, addWindow, cutRun, mergeGap, openRun, recordOf } from "#agent/core/metering/arcRun.ts";
import { ARC_LEAST_MS, GAP_ENDS_ARC_MS, RMS_SPAN_MS } from "#agent/core/metering/limits.ts";
import type { Seen } from "#agent/core/metering/seen.ts";
import type { ArcRecord, MeterFact } from "#agent/core/metering/settings.ts";
import { divide, fills, type Shares } from "#agent/core/metering/shares.ts";
import { extendShort, isStuck, type ShortRun, stuckFact } from "#agent/core/metering/shortRun.ts";

/**
 * Arcs out of windows. An arc begins with the first arc edge and ends with the last one before 0.3 s of neither arc nor
 * short, or before a short of more than 1 s. Gaps merge first; what is then shorter than 0.3 s from edge to edge is dropped:
 * short-circuit transfer chops an arc into pieces of milliseconds.
 *
 * Not knowable: a gap inside one window. Windows of up to 300 ms cannot hide one that matters; in longer ones it merges.
 */
export interface ArcTrack {
  run: ArcRun | null;
  short: ShortRun | null;
  /** Strikes since the last arc: what the next one took. */
  strikesWaiting: number;
}

export function initialTrack(): ArcTrack {
  return { run: null, short: null, strikesWaiting: 0 };
}

export function trackWindow(track: ArcTrack, seen: Seen): MeterFact[] {
  const facts: MeterFact[] = [];
  if (!seen.usable) trackHole(track, seen, facts);
  else if (!seen.window.closed) trackOpen(track, seen, facts);
  else trackClosed(track, seen, facts);
  return facts;
}

/** Readings from `atMs` on are worth nothing, and a window that reached beyond it has been taken already. */
export function withdrawFrom(track: ArcTrack, atMs: number): MeterFact[] {
  if (track.run) cutRun(track.run, atMs);
  return interrupt(track, "missing");
}

/** Ends what is open, at its own last edge. */
export function interrupt(track: ArcTrack, ending: ArcRecord["ending"]): MeterFact[] {
  const facts: MeterFact[] = [];
  endShort(track, facts);
  endRun(track, ending, facts);
  return facts;
}

function trackHole(track: ArcTrack, seen: Seen, facts: MeterFact[]): void {
  endShort(track, facts);
  if (!track.run) return;
  const lengthMs = seen.endMs - seen.startMs;
  track.run.gap.neitherMs += lengthMs;
  track.run.gap.missingMs += lengthMs;
  endRunWhenGone(track, facts);
}

/** The arc that the contactor cut reaches into the first open window; any current after it is not a licensed arc. */
function trackOpen(track: ArcTrack, seen: Seen, facts: MeterFact[]): void {
  if (track.run && seen.window.arcMs > 0) trackArc(track, seen, facts);
  facts.push(...interrupt(track, "opened"));
  track.strikesWaiting = 0;
}

function trackClosed(track: ArcTrack, seen: Seen, facts: MeterFact[]): void {
  track.strikesWaiting += seen.window.strikes;
  if (seen.window.arcMs > 0 && !isTransitOut(track, seen)) trackArc(track, seen, facts);
  else trackNoArc(track, seen, facts);
  if (seen.alternating) dropTransit(track);
  endRunWhenStuck(track, facts);
  endRunWhenGone(track, facts);
}

function trackArc(track: ArcTrack, seen: Seen, facts: MeterFact[]): void {
  const { window, startMs, windowMs } = seen;
  const shares = divide(window, windowMs, track.short !== null);
  trackHead(track, seen, shares, facts);
  track.run ??= openRun(startMs + window.arcFirstMs);
  const run = track.run;
  mergeGap(run);
  addWindow(run, seen, shares.innerShortMs);
  run.gap.neitherMs = shares.tailNeitherMs;
  run.gap.shortMs = shares.tailShortMs;
  if (fills(shares.tailShortMs, windowMs - window.arcLastMs, windowMs)) {
    track.short = extendShort(null, startMs + window.arcLastMs, shares.tailShortMs, seen.amps);
  }
  // A freeze that is found out later may take half of the newest window away: what is announced must stay an arc without it.
  if (!run.started && run.edgeMs - run.startMs >= ARC_LEAST_MS + windowMs / 2) announce(run, facts);
}

/** What lies before the window's first arc edge decides whether this is still the arc that was. */
function trackHead(track: ArcTrack, seen: Seen, shares: Shares, facts: MeterFact[]): void {
  if (track.short && shares.headShortMs > 0) track.short = extendShort(track.short, seen.startMs, shares.headShortMs, seen.amps);
  if (seen.alternating) dropTransit(track);
  endRunWhenStuck(track, facts);
  endShort(track, facts);
  if (!track.run) return;
  track.run.gap.neitherMs += shares.headNeitherMs;
  track.run.gap.shortMs += shares.headShortMs;
  endRunWhenGone(track, facts);
}

function trackNoArc(track: ArcTrack, seen: Seen, facts: MeterFact[]): void {
  const { window, startMs, endMs, windowMs, amps } = seen;
  const { shortMs } = window;
  if (fills(shortMs, windowMs, windowMs)) {
    track.short = extendShort(track.short, startMs, shortMs, amps);
  } else if (shortMs > 0 && track.short && window.shorts === 0) {
    // None began here, so it is the old one's end.
    track.short = extendShort(track.short, startMs, shortMs, amps);
    endRunWhenStuck(track, facts);
    endShort(track, facts);
  } else {
    endShort(track, facts);
    if (shortMs > 0) track.short = extendShort(null, endMs - shortMs, shortMs, amps);
  }
  if (!track.run) return;
  track.run.gap.neitherMs += endMs - startMs - shortMs;
  track.run.gap.shortMs += shortMs;
  track.run.gap.shorts += window.shorts;
}

/**
 * When an AC machine's electrode touches, the RMS of its voltage passes through the arc's range on its way from open circuit
 * to short: no arc begins there, or the strike's short would count to it.
 */
function dropTransit(track: ArcTrack): void {
  if (track.run && track.short && track.run.arcMs <= RMS_SPAN_MS && track.short.ms > RMS_SPAN_MS) track.run = null;
}

/** The same on its way back: a short that ends in open circuit does not end in an arc. */
function isTransitOut({ short }: ArcTrack, { alternating, window, windowMs }: Seen): boolean {
  return alternating && short !== null && short.ms > RMS_SPAN_MS && window.arcMs <= RMS_SPAN_MS && window.arcLastMs < windowMs;
}

function endRunWhenGone(track: ArcTrack, facts: MeterFact[]): void {
  if (!track.run || track.run.gap.neitherMs < GAP_ENDS_ARC_MS) return;
  const { missingMs, neitherMs } = track.run.gap;
  endRun(track, missingMs >= neitherMs / 2 ? "missing" : "off", facts);
}

function endRunWhenStuck(track: ArcTrack, facts: MeterFact[]): void {
  if (isStuck(track.short)) endRun(track, "stuck", facts);
}

function endShort(track: ArcTrack, facts: MeterFact[]): void {
  if (isStuck(track.short)) facts.push(stuckFact(track.short));
  track.short = null;
}

function announce(run: ArcRun, facts: MeterFact[]): void {
  run.started = true;
  facts.push({ type: "arcStarted", atMs: run.startMs });
}

function endRun(track: ArcTrack, ending: ArcRecord["ending"], facts: MeterFact[]): void {
  const run = track.run;
  track.run = null;
  if (!run || run.edgeMs - run.startMs < ARC_LEAST_MS) return;
  if (!run.started) announce(run, facts);
  facts.push({ type: "arcEnded", arc: recordOf(run, track.strikesWaiting, ending) });
  track.strikesWaiting = 0;
}

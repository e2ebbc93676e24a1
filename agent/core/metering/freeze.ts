import { FROZEN_EDGE_MS, FROZEN_MS } from "#agent/core/metering/limits.ts";
import type { Seen } from "#agent/core/metering/seen.ts";
import type { MeterFact } from "#agent/core/metering/settings.ts";
import type { Window } from "#protocol/chip/window.ts";

type Channel = "voltage" | "current";

/** One channel saying the same in every window under load. */
interface Same {
  mean: number;
  rms: number;
  peak: number;
  startMs: number;
  /** The window before it was partly frozen already, as far as one can tell: it held more than one value. */
  entersMidWindow: boolean;
}

/**
 * Finds readings that stand still, which only shows after 10 s. Until then the windows that might be part of such a stretch
 * are held back: under load at least the newest one, for its successor may repeat it. Without load nothing is held.
 */
export interface Freeze {
  voltage: Same | null;
  current: Same | null;
  held: Window[];
  /** The newest window under load. */
  newest: Window | null;
  stretch: { channel: Channel; startMs: number; withdrawnArcMs: number } | null;
}

/** What follows from a window, in order: windows to meter, an arc to break off, a fact. */
export type FreezeStep = { do: "meter"; window: Window } | { do: "interrupt"; atMs: number } | { do: "report"; fact: MeterFact };

export function initialFreeze(): Freeze {
  return { voltage: null, current: null, held: [], newest: null, stretch: null };
}

export function offer(freeze: Freeze, seen: Seen): FreezeStep[] {
  if (!seen.currentPresent) {
    return [...release(freeze, seen.startMs), { do: "meter", window: seen.window }];
  }
  follow(freeze, seen);
  const channel = frozenChannel(freeze, seen);
  if (channel) return withdraw(freeze, channel, seen);
  const { window, windowMs } = seen;
  const frozenHeadMs = freeze.stretch && isMixed(window, freeze.stretch.channel) ? windowMs / 2 : 0;
  const steps = endStretch(freeze, seen.startMs + frozenHeadMs, Math.min(window.arcMs, frozenHeadMs));
  freeze.held.push(withoutHead(window, frozenHeadMs));
  const safeBelowMs = Math.min(freeze.voltage?.startMs ?? seen.endMs, freeze.current?.startMs ?? seen.endMs);
  return [...steps, ...letGo(freeze, safeBelowMs, windowMs)];
}

/** The load is gone, or the session: nothing held can be part of a frozen stretch any more. */
export function release(freeze: Freeze, atMs: number): FreezeStep[] {
  const steps = [...endStretch(freeze, atMs, 0), ...freeze.held.map((window): FreezeStep => ({ do: "meter", window }))];
  freeze.held = [];
  freeze.voltage = null;
  freeze.current = null;
  freeze.newest = null;
  return steps;
}

function follow(freeze: Freeze, seen: Seen): void {
  freeze.voltage = followChannel(freeze, "voltage", seen);
  freeze.current = followChannel(freeze, "current", seen);
  freeze.newest = seen.window;
}

function followChannel(freeze: Freeze, channel: Channel, { window, startMs }: Seen): Same {
  const { mean, rms, peak } = valuesOf(window, channel);
  const before = freeze[channel];
  if (before && before.mean === mean && before.rms === rms && before.peak === peak) return before;
  return { mean, rms, peak, startMs, entersMidWindow: freeze.newest !== null && isMixed(freeze.newest, channel) };
}

function valuesOf(window: Window, channel: Channel): { mean: number; rms: number; peak: number } {
  return channel === "voltage"
    ? { mean: window.voltageMeanVolts, rms: window.voltageRmsVolts, peak: window.voltagePeakVolts }
    : { mean: window.currentMeanAmps, rms: window.currentRmsAmps, peak: window.currentPeakAmps };
}

function isMixed(window: Window, channel: Channel): boolean {
  const { mean, peak } = valuesOf(window, channel);
  return mean !== peak;
}

function frozenChannel({ stretch, current, voltage }: Freeze, { windowMs, endMs }: Seen): Channel | null {
  const sinceMs = endMs - FROZEN_MS + Math.min(windowMs, FROZEN_EDGE_MS);
  const isCurrent = current !== null && current.startMs <= sinceMs;
  const isVoltage = voltage !== null && voltage.startMs <= sinceMs;
  if (isVoltage && (stretch?.channel === "voltage" || !isCurrent)) return "voltage";
  return isCurrent ? "current" : null;
}

/** A freeze begins and ends somewhere in a window that is only partly frozen: on average, in its middle. */
function withdraw(freeze: Freeze, channel: Channel, seen: Seen): FreezeStep[] {
  const steps: FreezeStep[] = [];
  const { windowMs } = seen;
  if (!freeze.stretch) {
    const same = freeze[channel];
    steps.push(...letGo(freeze, same?.startMs ?? seen.startMs, windowMs));
    const frozenTailMs = same?.entersMidWindow ? windowMs / 2 : 0;
    const startMs = (freeze.held[0]?.seq ?? seen.window.seq) * windowMs - frozenTailMs;
    steps.push({ do: "interrupt", atMs: startMs });
    freeze.stretch = { channel, startMs, withdrawnArcMs: frozenTailMs };
  }
  for (const window of [...freeze.held, seen.window]) freeze.stretch.withdrawnArcMs += window.arcMs + window.shortMs;
  freeze.held = [];
  return steps;
}

function withoutHead(window: Window, headMs: number): Window {
  if (headMs <= window.arcFirstMs) return window;
  const arcFirstMs = Math.min(headMs, window.arcLastMs);
  const arcMs = Math.max(0, Math.min(window.arcMs - (arcFirstMs - window.arcFirstMs), window.arcLastMs - arcFirstMs));
  return arcMs > 0 ? { ...window, arcFirstMs, arcMs } : { ...window, arcFirstMs: 0, arcLastMs: 0, arcMs: 0 };
}

function letGo(freeze: Freeze, belowMs: number, windowMs: number): FreezeStep[] {
  const keepFrom = freeze.held.findIndex((window) => window.seq * windowMs >= belowMs);
  const going = freeze.held.splice(0, keepFrom < 0 ? freeze.held.length : keepFrom);
  return going.map((window) => ({ do: "meter", window }));
}

function endStretch(freeze: Freeze, endMs: number, headArcMs: number): FreezeStep[] {
  const { stretch } = freeze;
  if (!stretch) return [];
  freeze.stretch = null;
  const withdrawnArcMs = stretch.withdrawnArcMs + headArcMs;
  return [{ do: "report", fact: { type: "frozenReading", ...stretch, endMs, withdrawnArcMs } }];
}

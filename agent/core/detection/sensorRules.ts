/** What a current sensor shows when it is pulled, turned round, or when the current is led past it. */
import { type Episode, follow, meanOf } from "#agent/core/detection/episode.ts";
import type { Found } from "#agent/core/detection/finding.ts";
import { ARC_LEAST_VOLTS, ARC_MOST_VOLTS, presenceAmps } from "#agent/core/metering/limits.ts";
import type { Seen } from "#agent/core/metering/seen.ts";
import type { MeterSettings } from "#agent/core/metering/settings.ts";

const MISSING_RULE = { holdMs: 500, pausePart: 1, rearmMs: 60_000 };
const REVERSED_RULE = { holdMs: 1_000, pausePart: 1, rearmMs: Number.POSITIVE_INFINITY };

/** So many windows in a row tell an arc's restless voltage from one that stands, falls, or ripples. */
const RESTLESS_WINDOWS = 7;
/** Beside its trend: a charge that runs down on a noisy line is not restless. */
const RESTLESS_VOLTS = 0.35;
const RESTLESS_TURNS = 2;
/** A chip may run windows together whose voltage is alike: of an arc, now and then so many. More of them stand, unless an arc left them. */
const RUN_MAX = 6;
/** So far from a level is not at it: mains that flicker do not move it so much. */
const FAR_PART = 0.2;
/** What a window's voltage counts for in its arc's: one window may be a droplet's. */
const ARC_VOLTS_PART = 0.25;
const STANDS_WITHIN_VOLTS = 0.3;
const STANDS_WITHIN_PART = 0.01;
const STANDS_FOR_WINDOWS = 15;
const PHANTOM_RULE = { holdMs: 0, pausePart: 1, rearmMs: 60_000 };
/** Told so often, it is no accident: the province's own warning. */
const PHANTOMS_SUSPECT = 3;

export interface SensorWatch {
  missing: Episode | null;
  reversed: Episode | null;
  phantom: Episode | null;
  phantoms: number;
  /** Voltages of the newest windows in a row that have an arc's voltage and no current. */
  volts: number[];
  /** Of the arc whose current went away; null once the voltage has left it. */
  arcVolts: number | null;
  lastVolts: number;
  standingWindows: number;
  /** The voltage at which the machine last stood without load. */
  levelVolts: number;
}

export function initialSensorWatch(): SensorWatch {
  return {
    missing: null,
    reversed: null,
    phantom: null,
    phantoms: 0,
    volts: [],
    arcVolts: null,
    lastVolts: 0,
    standingWindows: 0,
    levelVolts: 0,
  };
}

export function watchSensor(watch: SensorWatch, seen: Seen, settings: MeterSettings): Found[] {
  const { episode, met } = follow(watch.missing, seen, seen.window.sensorMissing ? 1 : null, MISSING_RULE);
  watch.missing = episode;
  if (!seen.usable) return met ? [{ name: "sensorMissing" }] : [];
  return [...watchReversed(watch, seen, settings), ...watchPhantom(watch, seen, settings)];
}

/** Told once until current flows the right way: a reversed sensor shows itself at every arc. */
function watchReversed(watch: SensorWatch, seen: Seen, settings: MeterSettings): Found[] {
  if (settings.alternating) return [];
  const thresholdAmps = presenceAmps(settings);
  if (seen.amps > thresholdAmps) watch.reversed = null;
  const { episode, met } = follow(watch.reversed, seen, seen.amps <= -thresholdAmps ? seen.amps : null, REVERSED_RULE);
  watch.reversed = episode;
  if (!met || !episode) return [];
  const measure = { quantity: "amps", measured: meanOf(episode), threshold: -thresholdAmps } as const;
  return [{ name: "reversedSensor", measure: { atMs: episode.startMs, forMs: seen.endMs - episode.startMs, ...measure } }];
}

/**
 * An arc's voltage with no current: somebody welds past the sensor, or its leads are bridged. The voltage lies in the arc's range, is not at
 * the level at which the machine stands without load, and either goes up and down as an arc's does (a VRD stands still, a charge
 * only falls), or is where the arc had it whose current went: an arc that goes out takes its voltage with it.
 */
function watchPhantom(watch: SensorWatch, seen: Seen, settings: MeterSettings): Found[] {
  const restless = isArcWithoutCurrent(watch, seen, settings);
  const { episode, met } = follow(watch.phantom, seen, restless ? 1 : null, PHANTOM_RULE);
  watch.phantom = episode;
  if (!met || !episode) return [];
  const forMs = RESTLESS_WINDOWS * seen.windowMs;
  const measured = watch.volts.reduce((sum, volts) => sum + volts, 0) / watch.volts.length;
  const measure = { atMs: seen.endMs - forMs, forMs, quantity: "volts", measured, threshold: ARC_LEAST_VOLTS } as const;
  watch.phantoms += 1;
  if (watch.phantoms < PHANTOMS_SUSPECT) return [{ name: "voltageWithoutCurrent", measure }];
  watch.phantoms = 0;
  return [
    { name: "voltageWithoutCurrent", measure },
    { name: "suspectedModifiedWelder", reason: "currentBypassesSensor", measure },
  ];
}

function isArcWithoutCurrent(watch: SensorWatch, seen: Seen, settings: MeterSettings): boolean {
  const { window } = seen;
  const volts = Math.abs(seen.volts);
  const leastAmps = Math.min(presenceAmps(settings), settings.arcMinAmps);
  const isAbsent = window.closed && Math.abs(seen.amps) < leastAmps && window.arcMs === 0 && window.shortMs === 0;
  followLevel(watch, seen, isAbsent);
  watch.lastVolts = volts;
  watch.arcVolts = followArcVolts(watch.arcVolts, seen, volts);
  const stands = window.run > RUN_MAX && watch.arcVolts === null;
  if (!isAbsent || stands || volts < ARC_LEAST_VOLTS || volts > ARC_MOST_VOLTS) {
    watch.volts = [];
    return false;
  }
  watch.volts = [...watch.volts, ...Array.from({ length: Math.min(window.run, RESTLESS_WINDOWS) }, () => volts)].slice(-RESTLESS_WINDOWS);
  if (watch.volts.length < RESTLESS_WINDOWS) return false;
  const mean = watch.volts.reduce((sum, each) => sum + each, 0) / RESTLESS_WINDOWS;
  const isRestless = spreadBesideTrend(watch.volts, mean) > RESTLESS_VOLTS && turnsIn(watch.volts) >= RESTLESS_TURNS;
  return watch.levelVolts > 0 && isFarFrom(watch.levelVolts, mean) && (isRestless || watch.arcVolts !== null);
}

/** The window in which the current goes may still hold some milliseconds of it, and a droplet's short: neither loses the arc. */
function followArcVolts(arcVolts: number | null, { window, currentPresent }: Seen, volts: number): number | null {
  if (!window.closed) return null;
  const isFar = arcVolts === null || isFarFrom(arcVolts, volts);
  if (!currentPresent) return isFar ? null : arcVolts;
  return isFar ? volts : arcVolts + ARC_VOLTS_PART * (volts - arcVolts);
}

function isFarFrom(level: number, volts: number): boolean {
  return Math.abs(volts - level) > FAR_PART * level;
}

function followLevel(watch: SensorWatch, { window, volts }: Seen, isAbsent: boolean): void {
  const withinVolts = Math.max(STANDS_WITHIN_VOLTS, STANDS_WITHIN_PART * watch.lastVolts);
  const stands = isAbsent && Math.abs(Math.abs(volts) - watch.lastVolts) <= withinVolts;
  watch.standingWindows = stands ? watch.standingWindows + window.run : isAbsent && window.run > 1 ? window.run : 0;
  if (watch.standingWindows >= STANDS_FOR_WINDOWS) watch.levelVolts = Math.abs(volts);
}

/** What is left of the spread when a straight line is taken off. */
function spreadBesideTrend(volts: readonly number[], mean: number): number {
  const middle = (volts.length - 1) / 2;
  const steps = volts.reduce((sum, _, at) => sum + (at - middle) ** 2, 0);
  const slope = volts.reduce((sum, each, at) => sum + (at - middle) * (each - mean), 0) / steps;
  return Math.sqrt(volts.reduce((sum, each, at) => sum + (each - mean - slope * (at - middle)) ** 2, 0) / volts.length);
}

/** How often the voltage turned from rising to falling, or back. */
function turnsIn(volts: readonly number[]): number {
  const steps = volts
    .slice(1)
    .map((value, index) => Math.sign(value - (volts[index] ?? value)))
    .filter((step) => step !== 0);
  return steps.slice(1).filter((step, index) => step !== steps[index]).length;
}

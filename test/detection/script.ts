/** Hand-made windows in words: `5 open, 3×(10 arc, 5 noLoad)` is five open windows, and three times ten of an arc and five without load. */
import { type DetectionState, detect, initialDetection } from "#agent/core/detection/detection.ts";
import type { MachineStatus } from "#agent/core/link.ts";
import type { Window } from "#protocol/chip/window.ts";
import { SETTINGS } from "#test/metering/arcsOf.ts";
import { ARC, HOLE, type Made, NO_LOAD, OPEN, SHORT, sequence } from "#test/metering/windows.ts";

const HOUR_WINDOWS = 36_000;
const KINDS: Record<string, Made> = {
  ...{ arc: ARC, noLoad: NO_LOAD, open: OPEN, hole: HOLE, stuck: SHORT, nothing: { volts: 0 } },
  /** Current, and voltage, with the contactor open. */
  ...{ leak: { closed: false, amps: 60 }, offset: { closed: false, amps: 9, volts: 3 } },
  ...{ supplied: { closed: false, volts: 62 }, suppliedVrd: { closed: false, volts: 13 } },
  ...{ pulled: { volts: 0, sensorMissing: true }, backwards: { volts: 25, amps: -150 }, vrd: { volts: 15 } },
  ...{ arcWithoutAmps: { volts: 25, still: true }, ampsWithoutVolts: { amps: 120, volts: 0, shortMs: 100 } },
  /** The last of a current, and a droplet, in the window that it leaves; an arc's voltage that a chip runs together. */
  ...{ tail: { volts: 25, amps: 6, arcMs: 5 }, droplet: { volts: 20.5, amps: 50, arcMs: 40, shortMs: 3 }, steady: { volts: 25, run: 7 } },
  hour: { ...NO_LOAD, run: HOUR_WINDOWS },
};
/** Voltages by number, in volts, closed and without current. */
const RESTLESS = "24V, 26V, 23.5V, 25.5V, 24.2V, 26.3V, 23.8V";

export function windowsOf(script: string): Window[] {
  return sequence(...partsOf(script.replaceAll("restless", RESTLESS)));
}

function partsOf(script: string): [number, Made][] {
  const parts: [number, Made][] = [];
  for (const [, times, group, one] of script.matchAll(/\s*(\d+)×\(([^)]*)\)|([^,()]+)/g)) {
    if (group !== undefined) for (let i = 0; i < Number(times); i++) parts.push(...partsOf(group));
    else if (one?.trim()) parts.push(partOf(one.trim()));
  }
  return parts;
}

function partOf(text: string): [number, Made] {
  const volts = /^([\d.]+)V$/.exec(text)?.[1];
  if (volts !== undefined) return [1, { volts: Number(volts), still: true }];
  const [count, name] = text.split(" ");
  const made = KINDS[name ?? ""];
  if (!made) throw new RangeError(`no such window: ${text}`);
  return [Number(count), made];
}

const CLOSED_STATUS: MachineStatus = {
  ...{ commandedClosed: true, mirrorClosed: true, eStop: false, enclosureOpen: false, sensorMissing: false, fault: "none" },
  ...{ openedBy: "command", leaseHeld: true, leaseRemainingMs: 8_000, leaseResult: "accepted", uptimeMs: 0, startPresses: 0 },
  ...{ voltageVolts: 0, currentAmps: 0, lostWindows: 0, nextSeq: 0 },
};

interface Looking {
  state: DetectionState;
  session: number;
  status: Partial<MachineStatus>;
  settings: typeof SETTINGS;
}

/** One reading with these windows. */
export function look(windows: readonly Window[], wanted: Partial<Looking> = {}) {
  const { state = initialDetection(), session = 41, settings = SETTINGS } = wanted;
  const last = windows.at(-1);
  const status = { ...CLOSED_STATUS, nextSeq: last ? last.seq + last.run : 0, ...wanted.status };
  return detect(state, { status, windows: [...windows], roundTripMs: 20 }, session, settings);
}

/** Faults, bypasses and modifications, found in the windows and in what the chip says of itself. Findings only tell; the interlock decides by itself. */
import { type ContactWatch, initialContactWatch, watchContact, watchEnergised } from "#agent/core/detection/contactRules.ts";
import { evidenceOf, type Row, remember } from "#agent/core/detection/evidence.ts";
import type { Finding, Found } from "#agent/core/detection/finding.ts";
import { initialOpenWatch, type OpenWatch, watchOpen } from "#agent/core/detection/openRules.ts";
import { initialSensorWatch, type SensorWatch, watchSensor } from "#agent/core/detection/sensorRules.ts";
import { initialShortedWatch, type ShortedWatch, watchShorted } from "#agent/core/detection/shortedRules.ts";
import { initialSignatureWatch, type SignatureWatch, watchSession, watchSignature } from "#agent/core/detection/signature.ts";
import type { LinkReading } from "#agent/core/link.ts";
import { copyOf } from "#agent/core/metering/copy.ts";
import { missingWindow, type Seen, see } from "#agent/core/metering/seen.ts";
import type { MeterSettings } from "#agent/core/metering/settings.ts";
import { trainZero } from "#agent/core/metering/zero.ts";
import type { Window } from "#protocol/chip/window.ts";

/** Plain JSON of bounded size: it is in the checkpoint, so that a restart neither forgets nor repeats a finding. */
export interface DetectionState {
  /** Next window wanted; null before the first. */
  nextSeq: number | null;
  zeroAmps: number;
  rows: Row[];
  open: OpenWatch;
  sensor: SensorWatch;
  shorted: ShortedWatch;
  contact: ContactWatch;
  signature: SignatureWatch;
}

export function initialDetection(): DetectionState {
  return {
    nextSeq: null,
    zeroAmps: 0,
    rows: [],
    open: initialOpenWatch(),
    sensor: initialSensorWatch(),
    shorted: initialShortedWatch(),
    contact: initialContactWatch(),
    signature: initialSignatureWatch(),
  };
}

/** The chip has booted: window numbers and uptime start anew. What was learned, counted and told stays. */
export function restartDetection(state: DetectionState): DetectionState {
  // A chip that boots has its contactor open, and nobody knows how long it was without power.
  const contact = { ...state.contact, weldedSinceMs: null, energisedMs: 0, pauseMs: 0 };
  return { ...state, nextSeq: null, rows: [], ...forgetClock(state), contact };
}

/** However the windows are cut into readings, the findings and the state are the same. `session`: whose the windows are. */
export function detect(
  before: DetectionState,
  { windows, status }: LinkReading,
  session: number | null,
  settings: MeterSettings,
): { state: DetectionState; findings: Finding[] } {
  // The copy is this call's own: what works on it below may change it in place, but for a row, which nobody changes.
  const { rows, ...watches } = before;
  const state: DetectionState = { ...copyOf(watches), rows: [...rows] };
  const findings: Finding[] = [];
  const chipNowMs = status.nextSeq * settings.windowMs;
  const tell = (all: Found[], toldMs: number) => {
    for (const found of all) findings.push({ found, toldMs, evidence: evidenceOf(state.rows, settings.windowMs) });
  };
  tell(watchSession(state.signature, session, (state.nextSeq ?? 0) * settings.windowMs), chipNowMs);
  for (const record of windows) {
    const window = admit(state, record, settings);
    if (!window) continue;
    const seen = see(window, settings, state.zeroAmps);
    tell(watchWindow(state, seen, settings), seen.endMs);
  }
  tell(watchContact(state.contact, status), chipNowMs);
  return { state, findings };
}

function watchWindow(state: DetectionState, seen: Seen, settings: MeterSettings): Found[] {
  remember(state.rows, seen);
  const found = [
    ...watchOpen(state.open, seen, settings),
    ...watchSensor(state.sensor, seen, settings),
    ...watchShorted(state.shorted, seen),
    ...watchEnergised(state.contact, seen),
  ];
  watchSignature(state.signature, seen);
  state.zeroAmps = trainZero(state.zeroAmps, seen, settings);
  return found;
}

/** Null if it is known already. */
function admit(state: DetectionState, window: Window, settings: MeterSettings): Window | null {
  const wanted = state.nextSeq ?? window.seq;
  const end = window.seq + window.run;
  if (end <= wanted) return null;
  state.nextSeq = end;
  if (window.seq > wanted) {
    remember(state.rows, see(missingWindow(wanted, window.seq - wanted), settings, 0));
    Object.assign(state, forgetClock(state));
    return window;
  }
  return { ...window, seq: wanted, run: end - wanted };
}

/** Nobody knows what was before now: what was gathering is dropped, what was told stays told. */
function forgetClock({ open, sensor, shorted }: DetectionState): Pick<DetectionState, "open" | "sensor" | "shorted"> {
  return {
    open: { ...initialOpenWatch(), current: told(open.current), voltage: told(open.voltage) },
    sensor: { ...initialSensorWatch(), phantoms: sensor.phantoms, missing: told(sensor.missing), reversed: told(sensor.reversed) },
    shorted: { ...shorted, zero: told(shorted.zero), at: "fading", loadEndMs: null },
  };
}

/** An episode that was told goes on being told; one that was still gathering has lost its clock. */
function told<E extends { told: boolean }>(episode: E | null): E | null {
  return episode?.told ? episode : null;
}

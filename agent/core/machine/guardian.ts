/** Guardian and welder scan within five minutes of each other, in either order. */
import type { GuardAllowed } from "#agent/core/licensing/decide.ts";
import { interlockNow } from "#agent/core/machine/session.ts";
import type { GuardScan, MachineNow, MachineState, ScanInput, WaitingStart } from "#agent/core/machine/state.ts";

const GUARDIAN_WINDOW_MS = 300_000;

/** The guardian's scan, while it counts. */
export function guardScanOf(state: MachineState, now: MachineNow): GuardScan | null {
  return isFresh(state.guardScan, state, now) ? state.guardScan : null;
}

/** The start that waits for a guardian, while it waits. */
export function waitingOf(state: MachineState, now: MachineNow): WaitingStart | null {
  return isFresh(state.waiting, state, now) ? state.waiting : null;
}

export function waitsForS({ atChipMs }: WaitingStart, { nextSeq, chip }: MachineState): number {
  return Math.max(0, Math.ceil((atChipMs + GUARDIAN_WINDOW_MS - nextSeq * (chip?.windowMs ?? 0)) / 1000));
}

function isFresh(scan: { atChipMs: number } | null, state: MachineState, now: MachineNow): boolean {
  return scan !== null && interlockNow(state, now).chipMs - scan.atChipMs < GUARDIAN_WINDOW_MS;
}

/** Remembers the guardian. One scan serves one start. */
export function withGuardian(state: MachineState, { handle, certified }: GuardAllowed, scan: ScanInput, now: MachineNow): MachineState {
  const way = scan.pass?.way ?? "grant";
  return { ...state, guardScan: { handle, certified, way, atChipMs: interlockNow(state, now).chipMs } };
}

export function withWaiting(state: MachineState, scan: ScanInput, guardians: readonly string[], now: MachineNow): MachineState {
  const handle = scan.pass?.handle;
  if (handle === undefined) return state;
  return { ...state, waiting: { scan, handle, guardians, atChipMs: interlockNow(state, now).chipMs } };
}

/** What has lost its time is forgotten. */
export function forgotten(state: MachineState, now: MachineNow): MachineState {
  return { ...state, guardScan: guardScanOf(state, now), waiting: waitingOf(state, now) };
}

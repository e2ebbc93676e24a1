/** The contactor by its own contacts and by the chip's word, and how long it has been closed. */
import type { Found } from "#agent/core/detection/finding.ts";
import type { MachineStatus } from "#agent/core/link.ts";
import type { Seen } from "#agent/core/metering/seen.ts";
import type { ChipFault } from "#protocol/chip/arcgateChip.ts";

/** A contact takes milliseconds to move. */
const WELDED_MS = 500;
const TOO_LONG_MS = 24 * 3_600_000;
/** A shorter pause is none. */
const PAUSE_MS = 600_000;

export interface ContactWatch {
  /** The chip's latched fault, as it was last told. */
  fault: ChipFault;
  /** Uptime of the reading that first found the main contact closed against the command. */
  weldedSinceMs: number | null;
  weldedTold: boolean;
  energisedMs: number;
  pauseMs: number;
}

export function initialContactWatch(): ContactWatch {
  return { fault: "none", weldedSinceMs: null, weldedTold: false, energisedMs: 0, pauseMs: 0 };
}

/** By each reading. An e-stop or another fault hides none of it. */
export function watchContact(watch: ContactWatch, { fault, commandedClosed, mirrorClosed, uptimeMs }: MachineStatus): Found[] {
  const found: Found[] = [];
  const isLatchedNow = fault !== watch.fault && fault !== "none";
  watch.fault = fault;
  if (isLatchedNow && fault !== "weldedContact" && fault !== "sensorMissing") found.push({ name: fault });
  const stands = mirrorClosed && !commandedClosed;
  if (!stands) watch.weldedSinceMs = null;
  else if (watch.weldedSinceMs === null || watch.weldedSinceMs > uptimeMs) watch.weldedSinceMs = uptimeMs;
  const isWelded = fault === "weldedContact" || (watch.weldedSinceMs !== null && uptimeMs - watch.weldedSinceMs >= WELDED_MS);
  if (isWelded && !watch.weldedTold) found.push({ name: "weldedContact" });
  // Over when it is seen open with the fault cleared.
  watch.weldedTold = (watch.weldedTold && (stands || fault === "weldedContact")) || isWelded;
  return found;
}

/** By each window: energised for 24 hours, without ten minutes' pause; told again after each further 24. */
export function watchEnergised(watch: ContactWatch, { window, startMs, endMs }: Seen): Found[] {
  const lengthMs = endMs - startMs;
  if (!window.closed) {
    watch.pauseMs += lengthMs;
    if (watch.pauseMs >= PAUSE_MS) watch.energisedMs = 0;
    return [];
  }
  watch.pauseMs = 0;
  const daysBefore = Math.floor(watch.energisedMs / TOO_LONG_MS);
  watch.energisedMs += lengthMs;
  if (Math.floor(watch.energisedMs / TOO_LONG_MS) === daysBefore) return [];
  const forMs = watch.energisedMs;
  const measure = { atMs: Math.max(0, endMs - forMs), forMs, quantity: "ms", measured: forMs, threshold: TOO_LONG_MS } as const;
  return [{ name: "abnormalOperation", reason: "energisedTooLong", measure }];
}

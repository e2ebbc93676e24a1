/** How much a restart of the agent would matter to one machine now. */
import { isBehind } from "#agent/core/machine/adoption.ts";
import type { MachineState } from "#agent/core/machine/state.ts";
import { isArcing, isCurrentPresent, lastArcOffMs, windowClockMs } from "#agent/core/metering/meter.ts";
import { DICTIONARY } from "#protocol/events/dictionary.ts";

/**
 * `free`: nobody works. `energised`: a session holds its contactor closed, and nothing burns; the next process takes it over within the
 * lease. `busy`: an arc burns or has just gone out, a session begins or ends, or something is unread or not yet on record.
 */
export type Rest = "free" | "energised" | "busy";

/** After an arc, on the chip's window clock: a rod that sticks, or is touched again at once, is not the end of it. */
const ARC_QUIET_MS = 3_000;
export function restOf(state: MachineState): Rest {
  // Nothing is lost with windows, which the chip keeps until they are committed: an event that could not be written would be.
  if (state.drafts.some(({ name }) => DICTIONARY[name].lane === "legal")) return "busy";
  switch (state.interlock.at) {
    case "unlinked":
    case "locked":
    case "faulted":
      return isQuiet(state) ? "free" : "busy";
    case "energised":
      return isQuiet(state) && isHeard(state) ? "energised" : "busy";
    case "awaitingStart":
    case "closing":
    case "ending":
    case "outage":
    case "opening":
      return "busy";
  }
}

function isQuiet({ meter, link, waiting }: MachineState): boolean {
  if (link.at === "adopting" || waiting !== null) return false;
  const arcOffMs = lastArcOffMs(meter);
  const sinceMs = arcOffMs === null ? Number.POSITIVE_INFINITY : windowClockMs(meter) - arcOffMs;
  return !isArcing(meter) && !isCurrentPresent(meter) && sinceMs >= ARC_QUIET_MS;
}

/** What is unread may hold an arc. */
function isHeard(state: MachineState): boolean {
  const { link, status } = state;
  return link.at === "up" && link.misses === 0 && status !== null && !isBehind(state, status);
}

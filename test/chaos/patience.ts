import type { MachineState } from "#agent/core/machine/state.ts";
import type { FarChip } from "#test/chaos/farChip.ts";

/** The next tick may wait so long without changing what follows, but for how soon; null: for ever. A lease runs for 8 s. */
export function patienceS({ interlock, link, chip }: MachineState, far: FarChip, isCableIn: boolean): number | null {
  if (far.closedFor !== null || interlock.at === "outage") return interlock.at === "ending" ? 2 : 4;
  if (interlock.at === "closing" || interlock.at === "opening") return 1;
  if (interlock.at === "awaitingStart") return 5;
  const isAtRest = link.at === "up" && isCableIn && chip?.bootId === far.bootId;
  return isAtRest ? null : link.at === "up" ? 2 : 10;
}

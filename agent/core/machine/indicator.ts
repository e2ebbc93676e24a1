/** What lamp and buzzer say beyond the interlock's state: a refusal, a guardian waited for, an end that comes near. */
import type { LinkOrder } from "#agent/core/link.ts";
import type { MachineNow, MachineState } from "#agent/core/machine/state.ts";

/** The welder is warned so long before the session's end … */
export const FIRST_WARNING_S = 900;
/** … and again. */
export const LAST_WARNING_S = 300;

export function indicatorOf(state: MachineState, now: MachineNow): Partial<Pick<LinkOrder, "lamp" | "buzzer">> {
  if (now.monoMs < state.refusedUntilMonoMs) return { lamp: "redBlink", buzzer: "twice" };
  const { at } = state.interlock;
  if (at === "locked" && state.waiting) return { lamp: "blueBlink" };
  const ending = state.licence?.ending;
  if (at !== "energised" || !ending || ending.inS > FIRST_WARNING_S) return {};
  const isLast = ending.inS <= LAST_WARNING_S;
  const lamp = isLast ? "redBlink" : "yellow";
  return now.monoMs < state.warnedUntilMonoMs ? { lamp, buzzer: isLast ? "long" : "twice" } : { lamp };
}

/** What the supervisor (systemd) hears: whether this process is worth keeping, and in one line what it does. */
import type { InterlockState } from "#agent/core/interlock/state.ts";
import { STATE_TEXT } from "#agent/core/status.ts";

/**
 * A bus on which nothing was answered and nothing failed for so long hangs: each asking has its time-out, and a silent machine is asked each
 * five seconds. With the supervisor's own patience a new process is there before the 60 s end in which a session may go on.
 */
const BUS_STUCK_MS = 30_000;

/** `settledMs`: of each bus, when an asking of it came to its end last, well or not. A machine that is silent is no reason to restart. */
export function isAlive(settledMs: readonly number[], nowMs: number): boolean {
  return settledMs.every((atMs) => nowMs - atMs < BUS_STUCK_MS);
}

/** For people who ask the supervisor. */
export function statusLine(states: readonly InterlockState["at"][], isOnline: boolean): string {
  const kinds = [...new Set(states)].map((at) => {
    const count = states.filter((other) => other === at).length;
    return `${count} ${STATE_TEXT[at].zh} ${STATE_TEXT[at].en}`;
  });
  return [...kinds, isOnline ? "平台在线 platform on line" : "平台离线 platform off line"].join(" · ");
}

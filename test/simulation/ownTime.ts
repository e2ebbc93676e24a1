/** While a run goes on there is no time but its own: the wall clock is the run's, which jumps, and the system's timers may not be touched. */
import { START_UTC_MS } from "#test/machine/fixtures.ts";

const TIMERS = ["setTimeout", "setInterval", "setImmediate"] as const;

export function onSimulatedTime(wallMs: () => number, wrong: (what: string) => void): { restore(): void } {
  const { now } = Date;
  const monotonic = performance.now;
  const timers = TIMERS.map((name) => [name, globalThis[name]] as const);
  const onRejection = (reason: unknown): void =>
    wrong(`nobody heard a rejection: ${reason instanceof Error ? reason.stack : String(reason)}`);
  Date.now = () => START_UTC_MS + wallMs();
  const forbidden = (name: string) => (): never => {
    wrong(`${name} of the system is used`);
    throw new Error(`${name} in a simulated run`);
  };
  performance.now = forbidden("performance.now");
  for (const name of TIMERS) Object.assign(globalThis, { [name]: forbidden(name) });
  process.on("unhandledRejection", onRejection);
  return {
    restore: () => {
      Date.now = now;
      performance.now = monotonic;
      for (const [name, timer] of timers) Object.assign(globalThis, { [name]: timer });
      process.off("unhandledRejection", onRejection);
    },
  };
}

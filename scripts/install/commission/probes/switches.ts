/** What the installer's hands do, and what the chip makes of it. */
import { LIMITS } from "#scripts/install/commission/core/limits.ts";
import type { Sight, StartReading, SwitchReading } from "#scripts/install/commission/core/readings.ts";
import { askHolding, type Bench, keep } from "#scripts/install/commission/probes/bench.ts";

const ASKS = {
  eStop: { operate: "pressEStop", restore: "releaseEStop" },
  enclosure: { operate: "openEnclosure", restore: "closeEnclosure" },
} as const;
/** So long it is tried to close what must stay open. */
const BLOCKED_MS = 300;
/** Longer than a press. */
const STUCK_MS = 500;

/** `closes`: the contactor is known to work. Without it only the input is looked at. */
export async function probeSwitch(bench: Bench, which: keyof typeof ASKS, closes: boolean): Promise<SwitchReading> {
  const { desk } = bench;
  const isOperated = (sight: Sight) => (which === "eStop" ? sight.eStop : sight.enclosureOpen);
  const { operate, restore } = ASKS[which];
  const rest = await desk.look();
  const nothing = { opened: null, openedBy: rest.openedBy, resultMeanwhile: null, restored: null, closedAfter: false };
  if (isOperated(rest)) {
    await bench.ask(operate);
    const { sight } = await keep(bench, "open", bench.patienceMs, (seen) => !isOperated(seen));
    await bench.ask(restore);
    return { atRest: true, operated: isOperated(sight), ...nothing };
  }
  if (!closes) {
    await bench.ask(operate);
    const { sight } = await keep(bench, "open", bench.patienceMs, isOperated);
    await bench.ask(restore);
    return { atRest: false, operated: isOperated(sight), ...nothing };
  }
  desk.newSession();
  const before = await keep(bench, "closed", LIMITS.mirrorMostMs, ({ mirrorClosed }) => mirrorClosed);
  await askHolding(bench, operate);
  const { sight: operated } = await keep(bench, "closed", bench.patienceMs, isOperated);
  if (!isOperated(operated)) {
    await desk.order("open");
    await bench.ask(restore);
    return { atRest: false, operated: false, ...nothing };
  }
  // A session of its own, for the one that was cut is barred in any case.
  desk.newSession();
  const { sight: meanwhile } = await keep(bench, "closed", BLOCKED_MS, ({ commandedClosed }) => commandedClosed);
  await desk.order("open");
  await bench.ask(restore);
  const { sight: after } = await keep(bench, "open", bench.patienceMs, (seen) => !isOperated(seen));
  const opened = before.sight.mirrorClosed ? !operated.commandedClosed && !meanwhile.mirrorClosed : null;
  return {
    ...{ atRest: false, operated: true, opened, openedBy: operated.openedBy, resultMeanwhile: meanwhile.leaseResult },
    ...{ restored: isOperated(after), closedAfter: after.commandedClosed || after.mirrorClosed },
  };
}

export async function probeStart(bench: Bench): Promise<StartReading> {
  const first = await bench.desk.look();
  await bench.pause(STUCK_MS);
  const rest = await bench.desk.look();
  if (first.startButton && rest.startButton) return { pressedAtRest: true, presses: 0 };
  await bench.ask("pressStart");
  const { sight } = await keep(bench, "open", bench.patienceMs, ({ startPresses }) => startPresses !== rest.startPresses);
  return { pressedAtRest: false, presses: (sight.startPresses - rest.startPresses) & 0xffff };
}

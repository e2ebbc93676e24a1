/** What every probe works with, and the few moves that they share. */
import type { Window } from "#protocol/chip/window.ts";
import type { MachineLimits } from "#scripts/install/commission/core/limits.ts";
import type { Sight } from "#scripts/install/commission/core/readings.ts";
import type { ChipDesk } from "#scripts/install/commission/probes/chipDesk.ts";
import type { Ask } from "#scripts/install/machine/teller.ts";

export interface Bench {
  readonly desk: ChipDesk;
  readonly limits: MachineLimits;
  /** So long what a hand did may take until it is seen. */
  readonly patienceMs: number;
  /** So many times as fast the machine's windows pass: 1 but for a simulated one. */
  readonly haste: number;
  /** Monotonic. */
  nowMs(): number;
  pause(ms: number): Promise<void>;
  ask(ask: Ask, facts?: Readonly<Record<string, string>>): Promise<void>;
}

const STEP_MS = 100;

export interface Stretch {
  sight: Sight;
  windows: Window[];
}

/** Orders the same again and again for so long, and gathers what was measured meanwhile. Ends early when `until` says so. */
export async function keep(bench: Bench, mode: "open" | "closed", ms: number, until?: (sight: Sight) => boolean): Promise<Stretch> {
  const untilMs = bench.nowMs() + ms;
  const windows: Window[] = [];
  for (;;) {
    const seen = await bench.desk.order(mode);
    windows.push(...seen.windows);
    if (bench.nowMs() >= untilMs || until?.(seen.sight)) return { sight: seen.sight, windows };
    await bench.pause(Math.min(STEP_MS, untilMs - bench.nowMs()));
  }
}

/** Asks for something while the machine is held closed: a hand may take longer than a lease runs. Nothing is ordered any more when it rejects. */
export async function askHolding(bench: Bench, ask: Ask): Promise<void> {
  // Settled as a value: it may fail while an order is under way, when nobody waits for it.
  const asked = bench.ask(ask).then(
    () => ({ failure: null }),
    (error: unknown) => ({ failure: error instanceof Error ? error : new Error(String(error)) }),
  );
  for (;;) {
    await bench.desk.order("closed");
    const done = await Promise.race([asked, bench.pause(STEP_MS).then(() => null)]);
    if (done?.failure) throw done.failure;
    if (done) return;
  }
}

/** Mean over the windows' time of what a machine of this kind is measured by. */
export function meanVolts(windows: readonly Window[], { alternating }: MachineLimits): number {
  return meanOf(windows, (window) => (alternating ? window.voltageRmsVolts : window.voltageMeanVolts));
}

export function meanAmps(windows: readonly Window[], { alternating }: MachineLimits): number {
  return meanOf(windows, (window) => (alternating ? window.currentRmsAmps : window.currentMeanAmps));
}

/** The reading of largest size. */
export function peakVolts(windows: readonly Window[], limits: MachineLimits): number {
  const sizes = windows.map((window) => meanVolts([window], limits));
  return sizes.reduce((largest, size) => (Math.abs(size) > Math.abs(largest) ? size : largest), 0);
}

function meanOf(windows: readonly Window[], value: (window: Window) => number): number {
  const valid = windows.filter(({ invalid }) => !invalid);
  const runs = valid.reduce((sum, { run }) => sum + run, 0);
  return runs === 0 ? 0 : valid.reduce((sum, window) => sum + value(window) * window.run, 0) / runs;
}

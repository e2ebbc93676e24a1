import { type BenchResult, benchResult } from "#scripts/bench/base/figures.ts";
import { measureDrain } from "#scripts/bench/pipeline/drain.ts";
import { measureEvents } from "#scripts/bench/pipeline/events.ts";
import { measureField } from "#scripts/bench/pipeline/field.ts";
import { measureWindows } from "#scripts/bench/pipeline/windows.ts";

/** From the pty to the platform: windows in, events out, and what both cost in the field. */
export async function pipeline(quick: boolean): Promise<BenchResult> {
  const windows = await measureWindows(quick);
  const events = await measureEvents(quick);
  const field = await measureField(quick);
  const drain = await measureDrain(quick);
  const ours = { ...windows.ours, ...events.ours, ...field.ours, ...drain.ours };
  const floor = { ...windows.floor, ...events.floor, ...field.floor, ...drain.floor };
  return benchResult("pipeline", ours, floor, field.ratios);
}

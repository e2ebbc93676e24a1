import { type BenchResult, benchResult } from "#scripts/bench/base/figures.ts";
import { measureEvents } from "#scripts/bench/pipeline/events.ts";

export async function pipeline(quick: boolean): Promise<BenchResult> {
  const events = await measureEvents(quick);
  return benchResult("pipeline", { ...events.ours }, { ...events.floor });
}

/** What a list costs the agent: opening it, looking somebody up, and the memory it takes. */
import { readFileSync } from "node:fs";
import { openListFile } from "#agent/shell/store/listFile.ts";
import { openList } from "#protocol/list/certificateList.ts";
import { trustFromFile } from "#protocol/trust/trustFile.ts";
import { percentile } from "#scripts/bench/base/statistics.ts";

const MULTIPLIER = 2_654_435_761;

export interface ListCost {
  listLoadMs: number;
  lookUpP50Us: number;
  lookUpP99Us: number;
}

/** Look-ups of handles spread over the list; most are not in it, and cost the same. */
export function measureList(path: string, trustPath: string, lookUps: number): ListCost {
  const trust = trustFromFile(JSON.parse(readFileSync(trustPath, "utf8")));
  const file = openListFile(path);
  try {
    const startMs = performance.now();
    const list = openList(file, trust);
    const listLoadMs = performance.now() - startMs;
    const tookUs = Array.from({ length: lookUps }, (_, index) => {
      const handle = ((index * MULTIPLIER) >>> 0).toString(16).padStart(8, "0").padEnd(32, "0");
      const lookMs = performance.now();
      list.lookUp(handle);
      return (performance.now() - lookMs) * 1000;
    });
    return { listLoadMs, lookUpP50Us: percentile(tookUs, 0.5), lookUpP99Us: percentile(tookUs, 0.99) };
  } finally {
    file.close();
  }
}

import { join } from "node:path";
import { readKeptFloorMs } from "#agent/shell/store/keptFloor.ts";
import { readConfig } from "#agent/shell/system/configFile.ts";
import { BUILD_MS } from "#agent/version.ts";

/** For whoever may set the system clock: it was at least this late. */
export function floor({ config }: { config: string }): number {
  const keptMs = readKeptFloorMs(join(readConfig(config).data, "journal.sqlite"));
  console.log(Math.floor(Math.max(BUILD_MS, keptMs ?? 0) / 1000));
  return 0;
}

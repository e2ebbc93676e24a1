/** Windows per second from an unpaced pty to the commit: our link, core and journal, beside bare polls and inserts. */
import { join } from "node:path";
import type { Figures } from "#scripts/bench/base/figures.ts";
import { buildProgram, startProgram } from "#scripts/bench/base/programs.ts";
import { median } from "#scripts/bench/base/statistics.ts";
import { inFolder, say, withCleanup } from "#scripts/bench/base/workplace.ts";
import { floorWindows } from "#scripts/bench/pipeline/floorWindows.ts";
import { ourWindows } from "#scripts/bench/pipeline/ourWindows.ts";
import { DEVELOPMENT_LINK_KEY } from "#simulator/developmentKeys.ts";
import { stageDevice } from "#simulator/stage/stage.ts";

export function measureWindows(quick: boolean): Promise<{ ours: Figures; floor: Figures }> {
  const rounds = quick ? 1 : 5;
  const windows = quick ? 1_200 : 18_000;
  say(`窗口：${rounds} 轮 × ${windows} 个`, `windows: ${rounds} rounds of ${windows}`);
  return inFolder((folder) =>
    withCleanup(async (cleanup) => {
      const tty = join(folder, "fountain");
      const device = stageDevice("ZX7-400", 0);
      const linkKeyHex = Buffer.from(DEVELOPMENT_LINK_KEY).toString("hex");
      const fountain = await startProgram(await buildProgram("windowFountain"), { tty, device, linkKeyHex });
      cleanup.add(() => fountain.stop());
      const ours: number[] = [];
      const floor: number[] = [];
      for (let round = 0; round < rounds; round++) {
        ours.push(await ourWindows({ tty, device, windows, path: join(folder, `ours${round}.sqlite`) }));
        floor.push(await floorWindows({ tty, windows, path: join(folder, `floor${round}.sqlite`) }));
      }
      return { ours: { windowsPerSecond: median(ours) }, floor: { windowsPerSecond: median(floor) } };
    }),
  );
}

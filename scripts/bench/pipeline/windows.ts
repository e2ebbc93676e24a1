/** Windows per second from an unpaced pty: as far as the journal's commit, and as far as the platform's. Beside bare polls, inserts and publishes. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Figures } from "#scripts/bench/base/figures.ts";
import { buildProgram, startProgram } from "#scripts/bench/base/programs.ts";
import { median } from "#scripts/bench/base/statistics.ts";
import { inFolder, say, withCleanup } from "#scripts/bench/base/workplace.ts";
import { deliveredByUs, startFountain } from "#scripts/bench/pipeline/delivered.ts";
import { openRowOutbox } from "#scripts/bench/pipeline/floorOutbox.ts";
import { floorWindows } from "#scripts/bench/pipeline/floorWindows.ts";
import { ourWindows } from "#scripts/bench/pipeline/ourWindows.ts";
import { stageDevice } from "#simulator/stage/stage.ts";

export function measureWindows(quick: boolean): Promise<{ ours: Figures; floor: Figures }> {
  const rounds = quick ? 1 : 5;
  const windows = quick ? 1_200 : 18_000;
  say(`窗口：${rounds} 轮 × ${windows} 个`, `windows: ${rounds} rounds of ${windows}`);
  return inFolder((folder) =>
    withCleanup(async (cleanup) => {
      const device = stageDevice("ZX7-400", 0);
      const { tty } = await startFountain(folder, { device }, cleanup);
      const found = {
        committed: { ours: [] as number[], floor: [] as number[] },
        delivered: { ours: [] as number[], floor: [] as number[] },
      };
      for (let round = 0; round < rounds; round++) {
        const path = (name: string) => join(folder, `${name}${round}.sqlite`);
        found.committed.ours.push(await ourWindows({ tty, device, windows, path: path("ours") }));
        found.committed.floor.push(await floorWindows({ tty, windows, path: path("floor") }));
        const own = join(folder, `round${round}`);
        mkdirSync(own);
        found.delivered.ours.push(await deliveredByUs({ tty, device, windows, path: path("oursOut") }, own));
        found.delivered.floor.push(await deliveredByFloor(tty, windows, own));
      }
      const figures = (of: "ours" | "floor") => ({
        windowsPerSecond: median(found.committed[of]),
        deliveredWindowsPerSecond: median(found.delivered[of]),
      });
      return { ours: figures("ours"), floor: figures("floor") };
    }),
  );
}

function deliveredByFloor(tty: string, windows: number, folder: string): Promise<number> {
  return withCleanup(async (cleanup) => {
    const database = join(folder, "platform.sqlite");
    const platform = await startProgram<{ url: string }>(await buildProgram("platformFloor"), { database });
    cleanup.add(() => platform.stop());
    const outbox = await openRowOutbox(platform.ready.url);
    cleanup.add(() => outbox.close());
    return floorWindows({ tty, windows, path: join(folder, "floor.sqlite"), outbox });
  });
}

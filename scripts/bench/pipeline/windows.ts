/** Windows per second from an unpaced pty: as far as the journal's commit, and as far as the platform's. Beside bare polls, inserts and publishes. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Journal } from "#agent/ports.ts";
import { LANES } from "#protocol/events/event.ts";
import type { Figures } from "#scripts/bench/base/figures.ts";
import { buildProgram, startProgram } from "#scripts/bench/base/programs.ts";
import { median } from "#scripts/bench/base/statistics.ts";
import { type Cleanup, inFolder, say, withCleanup } from "#scripts/bench/base/workplace.ts";
import { openRowOutbox } from "#scripts/bench/pipeline/floorOutbox.ts";
import { floorWindows } from "#scripts/bench/pipeline/floorWindows.ts";
import { type OurPlatform, openOutbox, startOurPlatform } from "#scripts/bench/pipeline/ourOutbox.ts";
import { ourWindows, type WindowsOrder } from "#scripts/bench/pipeline/ourWindows.ts";
import { DEVELOPMENT_LINK_KEY } from "#simulator/developmentKeys.ts";
import { stageDevice } from "#simulator/stage/stage.ts";

const EMPTIED_LOOK_MS = 1;

export function measureWindows(quick: boolean): Promise<{ ours: Figures; floor: Figures }> {
  const rounds = quick ? 1 : 5;
  const windows = quick ? 1_200 : 18_000;
  say(`窗口：${rounds} 轮 × ${windows} 个`, `windows: ${rounds} rounds of ${windows}`);
  return inFolder((folder) =>
    withCleanup(async (cleanup) => {
      const device = stageDevice("ZX7-400", 0);
      const tty = await startFountain(folder, device, cleanup);
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

/** The tty of a chip that has windows as fast as they are read. */
async function startFountain(folder: string, device: string, cleanup: Cleanup): Promise<string> {
  const tty = join(folder, "fountain");
  const linkKeyHex = Buffer.from(DEVELOPMENT_LINK_KEY).toString("hex");
  const fountain = await startProgram(await buildProgram("windowFountain"), { tty, device, linkKeyHex });
  cleanup.add(() => fountain.stop());
  return tty;
}

/** Windows per second, until the platform has acknowledged the last. */
async function deliveredByUs(order: WindowsOrder, folder: string): Promise<number> {
  const platform = await startOurPlatform(folder, order.device);
  try {
    return await ourWindows({ ...order, outbox: (journal) => outboxOf(order.device, platform, journal) });
  } finally {
    await platform.process.stop();
  }
}

function outboxOf(device: string, platform: OurPlatform, journal: Journal): ReturnType<NonNullable<WindowsOrder["outbox"]>> {
  const driver = openOutbox({ device, platform, journal, published: () => undefined });
  driver.start();
  const isEmpty = () => LANES.map((lane) => journal.stream({ device, lane })).every(({ lastSeq, ackedSeq }) => ackedSeq >= lastSeq);
  return {
    appended: (stream) => driver.appended(stream),
    emptied: async () => {
      while (!isEmpty()) await new Promise((resolve) => setTimeout(resolve, EMPTIED_LOOK_MS));
    },
    close: () => driver.close(),
  };
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

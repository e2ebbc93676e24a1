/** The whole way of ours, from a chip that has windows as fast as they are read to the platform's acknowledgement. */
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Journal } from "#agent/ports.ts";
import { LANES } from "#protocol/events/event.ts";
import { buildProgram, type Program, startProgram } from "#scripts/bench/base/programs.ts";
import type { Cleanup } from "#scripts/bench/base/workplace.ts";
import { type OurPlatform, openOutbox, startOurPlatform } from "#scripts/bench/pipeline/ourOutbox.ts";
import { ourWindows, type WindowsOrder } from "#scripts/bench/pipeline/ourWindows.ts";
import { DEVELOPMENT_LINK_KEY } from "#simulator/developmentKeys.ts";

const EMPTIED_LOOK_MS = 1;

interface FountainOrder {
  device: string;
  windowsPerS?: number;
  eStopToggles?: boolean;
}

/** Without a pace there are always more windows. */
export async function startFountain(
  folder: string,
  order: FountainOrder,
  cleanup: Cleanup,
): Promise<Program<{ tty: string }> & { tty: string }> {
  const tty = join(folder, "fountain");
  const linkKeyHex = Buffer.from(DEVELOPMENT_LINK_KEY).toString("hex");
  const fountain = await startProgram<{ tty: string }>(await buildProgram("windowFountain"), { tty, linkKeyHex, ...order });
  cleanup.add(() => fountain.stop());
  return { ...fountain, tty };
}

/** Windows per second, until the platform has acknowledged the last. */
export async function deliveredByUs(order: WindowsOrder & { windows: number }, folder: string, brokerUrl?: string): Promise<number> {
  const platform = await startOurPlatform(folder, order.device, brokerUrl);
  try {
    return await ourWindows({ ...order, outbox: (journal) => outboxTo(platform, order.device, journal) });
  } finally {
    await platform.process.stop();
  }
}

export function outboxTo(platform: OurPlatform, device: string, journal: Journal): ReturnType<NonNullable<WindowsOrder["outbox"]>> {
  const driver = openOutbox({ device, platform, journal, published: () => undefined });
  driver.start();
  const isEmpty = () => LANES.map((lane) => journal.stream({ device, lane })).every(({ lastSeq, ackedSeq }) => ackedSeq >= lastSeq);
  return {
    appended: (stream) => driver.appended(stream),
    emptied: async () => {
      while (!isEmpty()) await delay(EMPTIED_LOOK_MS);
    },
    close: () => driver.close(),
  };
}

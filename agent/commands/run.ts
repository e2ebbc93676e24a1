import { setTimeout as delay } from "node:timers/promises";
import { composeAgent } from "#agent/compose.ts";
import { readConfig } from "#agent/shell/system/configFile.ts";
import { keepYoungSpaceSmall } from "#agent/shell/system/memory.ts";
import { RESTART_EXIT_CODE } from "#agent/shell/system/releasePointer.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

const CLOSE_MS = 1_000;

/**
 * Runs until SIGTERM or SIGINT: 0. A restart takes the running session over, so stopping never opens a contactor by itself.
 * When the journal fails it ends at once with 1, for its supervisor to start it anew; without one the lease runs out. When a staged release
 * takes over it ends with 75: the supervisor starts the launcher again, at once.
 */
export async function run({ config }: { config: string }): Promise<number> {
  keepYoungSpaceSmall();
  const agent = await composeAgent(readConfig(config));
  console.log(`焊闸已启动 · arcgate ready ${JSON.stringify({ page: agent.pageUrl })}`);
  const signalled = new Promise<null>((resolve) => {
    process.once("SIGTERM", () => resolve(null));
    process.once("SIGINT", () => resolve(null));
  });
  const end = await Promise.race([signalled, agent.failed, agent.updated.then(() => "update" as const)]);
  if (end instanceof CodedError) {
    console.error(end.message);
    return 1;
  }
  if (end !== "update") {
    await agent.close("asked");
    return 0;
  }
  // The lease runs meanwhile: what is not closed in time is closed by the end of the process.
  await Promise.race([agent.close("update"), delay(CLOSE_MS)]);
  return RESTART_EXIT_CODE;
}

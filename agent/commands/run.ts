import { composeAgent } from "#agent/compose.ts";
import { readConfig } from "#agent/shell/system/configFile.ts";
import { keepYoungSpaceSmall } from "#agent/shell/system/memory.ts";

/**
 * Runs until SIGTERM or SIGINT: 0. A restart takes the running session over, so stopping never opens a contactor by itself.
 * When the journal fails it ends at once with 1, for its supervisor to start it anew; without one the lease runs out.
 */
export async function run({ config }: { config: string }): Promise<number> {
  keepYoungSpaceSmall();
  const agent = await composeAgent(readConfig(config));
  console.log(`焊闸已启动 · arcgate ready ${JSON.stringify({ page: agent.pageUrl })}`);
  const signalled = new Promise<null>((resolve) => {
    process.once("SIGTERM", () => resolve(null));
    process.once("SIGINT", () => resolve(null));
  });
  const failure = await Promise.race([signalled, agent.failed]);
  if (failure) {
    console.error(failure.message);
    return 1;
  }
  await agent.close();
  return 0;
}

import { composeAgent } from "#agent/compose.ts";
import { readConfig } from "#agent/shell/system/configFile.ts";
import { keepYoungSpaceSmall } from "#agent/shell/system/memory.ts";

/** Runs until SIGTERM or SIGINT. A restart takes the running session over, so stopping never opens a contactor by itself. */
export async function run({ config }: { config: string }): Promise<number> {
  keepYoungSpaceSmall();
  const agent = await composeAgent(readConfig(config));
  console.log(`焊闸已启动 · arcgate ready ${JSON.stringify({ page: agent.pageUrl })}`);
  await new Promise<void>((resolve) => {
    process.once("SIGTERM", resolve);
    process.once("SIGINT", resolve);
  });
  await agent.close();
  return 0;
}

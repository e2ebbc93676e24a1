/** `npm start`: one machine from scan to platform, on this computer. `-- --story` plays it once and ends. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "#scripts/build.ts";
import { accountOf, broken } from "#scripts/story/account.ts";
import { LiveView } from "#scripts/story/liveView.ts";
import { play } from "#scripts/story/story.ts";
import { type Stage, startStage } from "#simulator/stage/stage.ts";

const HELP = `npm start              播放一遍，然后保持运行 / plays the story, then stays up for play
npm start -- --story   只播放一遍并给出结果 / plays it once; exit code 0 only if everything held`;

const { values } = parseArgs({ options: { story: { type: "boolean", default: false }, help: { type: "boolean", default: false } } });
if (values.help) console.log(HELP);
else process.exitCode = await run(values.story);

async function run(once: boolean): Promise<number> {
  console.log("焊闸：正在打包并启动芯片、平台和程序… arcgate: bundling; starting chip, platform and agent …");
  const agentScript = await build();
  // A short path: a Unix socket's name has room for 107 bytes.
  const folder = mkdtempSync(join(tmpdir(), "arcgate-"));
  const stage = await startStage({ folder, agentScript, models: ["ZX7-400"] });
  const view = new LiveView(stage);
  console.log(`页面 page: ${stage.page}    目录 folder: ${folder}`);
  try {
    const { scanToContactorMs, arcsDropped } = await play(stage, view);
    const account = await accountOf(stage, scanToContactorMs, arcsDropped);
    const faults = broken(account);
    view.say(faults.length === 0 ? "全部成立" : `不成立：${faults.join("；")}`, faults.length === 0 ? "everything held" : "");
    if (!once) await stayUp(stage, view);
    view.close();
    await stage.close();
    if (faults.length === 0) rmSync(folder, { recursive: true, force: true });
    if (once) console.log(JSON.stringify(account));
    return faults.length === 0 ? 0 : 1;
  } catch (error) {
    view.close();
    await stage.close();
    console.error(`${(error as Error).message}\n日志 logs: ${folder}`);
    return 1;
  }
}

async function stayUp(stage: Stage, view: LiveView): Promise<void> {
  const device = stage.devices[0] ?? "";
  view.say("保持运行，Ctrl-C 结束；可以试试：", "stays up until Ctrl-C; you may try:");
  view.say(`npm run sim -- phone --as certified --machine ${device} --page ${stage.page} --data ${stage.platformData}`, "");
  await new Promise<void>((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
}

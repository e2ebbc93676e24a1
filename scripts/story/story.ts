/** The story, act by act. Each act ends when the processes say so; a wait that is not met fails the story and says which. */
import { setTimeout as delay } from "node:timers/promises";
import type { LiveView } from "#scripts/story/liveView.ts";
import { agentReport, machineReport, tellChip, tellPlatform, truthOf } from "#scripts/story/watch.ts";
import { phoneOf } from "#simulator/phone/phone.ts";
import { type ScanAnswer, scanAtPage } from "#simulator/phone/scan.ts";
import { until } from "#simulator/stage/processes.ts";
import type { Stage } from "#simulator/stage/stage.ts";

export interface StoryResult {
  scanToContactorMs: number[];
  arcsDropped: number;
}

const RODS = 5;
const ROD_S = 4;
const CHANGE_S = 2.5;
/** The walk home is played faster: the idle time is counted by the chip's windows. */
const WALK_SPEED = 60;
const TIMED_STARTS = 4;

export async function play(stage: Stage, view: LiveView): Promise<StoryResult> {
  const scanToContactorMs: number[] = [];
  await until(
    "list and platform",
    async () => (await agentReport(stage))?.list && (await machineReport(stage))?.state === "locked",
    20_000,
  );
  await refused(stage, view);
  view.say("持证焊工扫码", "a certified welder scans");
  scanToContactorMs.push(await startBy(stage, "certified"));
  view.say("接触器闭合，开始焊五根焊条", "the contactor closes; five rods are burned");
  await tellChip(stage, { do: "weld", rods: RODS, rodS: ROD_S, changeS: CHANGE_S });
  await rodsBurned(stage, 1);
  view.say("消息服务器停了，焊接照常", "the broker is stopped; welding goes on");
  await tellPlatform(stage, { do: "stopBroker" });
  const arcsDropped = await killInMidArc(stage, view);
  await rodsBurned(stage, 4);
  view.say("消息服务器恢复，补传记录", "the broker returns; the backlog drains");
  await tellPlatform(stage, { do: "startBroker" });
  await rodsBurned(stage, RODS);
  await drained(stage);
  view.say("记录已全部送达", "everything has been delivered");
  await walkAway(stage, view);
  for (let round = 0; round < TIMED_STARTS; round++) scanToContactorMs.push(await startAndLock(stage));
  view.say(`又开机 ${TIMED_STARTS} 次，计时`, `${TIMED_STARTS} more starts, for the timing`);
  await drained(stage);
  return { scanToContactorMs, arcsDropped };
}

function scan(stage: Stage, as: "certified" | "unknown"): Promise<ScanAnswer> {
  return scanAtPage(stage.page, stage.devices[0] ?? "", phoneOf(as, stage.platformData));
}

async function refused(stage: Stage, view: LiveView): Promise<void> {
  view.say("陌生人扫码", "an unknown person scans");
  const answer = await scan(stage, "unknown");
  if (answer.allowed) throw new Error("an unknown person was let in");
  view.say(`拒绝：${answer.zh}`, `refused: ${answer.en}`);
}

/** Scans and waits for the contactor itself. Gives the milliseconds from the phone's request to the contact. */
async function startBy(stage: Stage, as: "certified"): Promise<number> {
  const startedMs = performance.now();
  const answer = await scan(stage, as);
  if (!answer.allowed) throw new Error(`the certified welder was refused: ${answer.en}`);
  await until("the contactor closes", async () => (await truthOf(stage)).mirrorClosed, 5_000);
  return performance.now() - startedMs;
}

async function rodsBurned(stage: Stage, count: number): Promise<void> {
  await until(`rod ${count} burned`, async () => (await truthOf(stage)).arcs >= count, 20_000);
}

/** Gives how often the contactor opened, or the arc went out, because of the kill. */
async function killInMidArc(stage: Stage, view: LiveView): Promise<number> {
  await until(
    "the third arc",
    async () => {
      const truth = await truthOf(stage);
      return truth.arcs === 2 && truth.arcing;
    },
    20_000,
  );
  await delay(1_000);
  const before = await truthOf(stage);
  view.say("燃弧中杀死程序（SIGKILL）", "the agent is killed in mid-arc (SIGKILL)");
  await stage.agent?.stop("SIGKILL");
  stage.agent = null;
  const killedMs = performance.now();
  await stage.startAgent();
  await until("the session goes on", async () => (await machineReport(stage))?.state === "energised", 10_000);
  const after = await truthOf(stage);
  view.say(`程序重启，电弧未断（${Math.round(performance.now() - killedMs)} ms）`, "the agent is back; the arc did not go out");
  return after.opens.length - before.opens.length + (after.arcing && after.arcs === before.arcs ? 0 : 1);
}

async function drained(stage: Stage): Promise<void> {
  await until(
    "the backlog drains",
    async () => {
      const report = await agentReport(stage);
      const machine = report?.machines[0];
      return report?.online && machine && machine.backlog.legal + machine.backlog.telemetry === 0;
    },
    30_000,
  );
}

async function walkAway(stage: Stage, view: LiveView): Promise<void> {
  view.say(`焊工离开；十分钟按 ${WALK_SPEED} 倍速播放`, `the welder walks away; ten minutes are played ${WALK_SPEED} times as fast`);
  await tellChip(stage, { do: "walkAway" });
  await tellChip(stage, { do: "speed", x: WALK_SPEED });
  await until("the machine relocks", async () => (await machineReport(stage))?.state === "locked", 30_000);
  await tellChip(stage, { do: "speed", x: 1 });
  view.say("无人操作，焊机自动锁定", "idle: the machine has locked itself");
}

async function startAndLock(stage: Stage): Promise<number> {
  const tookMs = await startBy(stage, "certified");
  await until("energised", async () => (await machineReport(stage))?.state === "energised", 5_000);
  await tellPlatform(stage, { do: "lock", device: stage.devices[0] });
  await until("locked by the platform", async () => (await machineReport(stage))?.state === "locked", 10_000);
  return tookMs;
}

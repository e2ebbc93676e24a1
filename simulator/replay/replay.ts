/** One recording through chip, agent and platform: from the scan to what the platform holds. */
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { CodedError } from "#protocol/errors/codedError.ts";
import { phoneOf } from "#simulator/phone/phone.ts";
import { scanAtPage } from "#simulator/phone/scan.ts";
import { chipTruth, heldEvents, heldStreams, lockMachine, machineView, setChipSpeed } from "#simulator/replay/observe.ts";
import { AFTERWARDS_SPEED, firstSpeed, nextSpeed, type PaceLimits } from "#simulator/replay/pace.ts";
import { type ReplayResult, resultOf } from "#simulator/replay/result.ts";
import { until } from "#simulator/stage/processes.ts";
import { type Stage, startStage } from "#simulator/stage/stage.ts";

interface ReplayOptions {
  file: string;
  /** GB/T 10249 designation. */
  model: string;
  /** Everything of this run is kept below it. */
  folder: string;
  /** `t_s` of the first row with a reading. */
  firstS: number;
  pace: PaceLimits;
  /** Seconds of the recording played so far. */
  progress(playedS: number): void;
}

const AGENT = fileURLToPath(new URL("../../agent/main.ts", import.meta.url));
/** One session holds the whole recording, however long nothing happens in it. */
const WHOLE_DAY_S = 86_400;
const POLICY = { sessionMaximumS: WHOLE_DAY_S, idleRelockS: WHOLE_DAY_S };
const READY_MS = 30_000;
const START_MS = 10_000;
const LOOK_MS = 100;
/** Beside the idle run that is being filled, the ring may hold the last windows that nobody has confirmed yet. */
const LAST_RECORDS = 2;
const DRAIN_MS = 180_000;
const LOCK_MS = 30_000;

/** Rejects with `replay.interrupted` when not all of it was played and measured, `replay.incomplete` when not all was delivered. */
export async function replay(options: ReplayOptions): Promise<ReplayResult> {
  const { folder, model, pace } = options;
  const stage = await startStage({
    folder,
    agentScript: AGENT,
    models: [model],
    chip: ["--trace", resolve(options.file), "--speed", String(firstSpeed(pace))],
    agentConfig: { log: { level: "warn" } },
    policy: POLICY,
  });
  try {
    await begin(stage);
    await play(stage, options);
    await end(stage);
    return await collect(stage, options);
  } finally {
    await stage.close();
  }
}

/** A certified welder scans; the recording begins at the moment when the contactor closes. */
async function begin(stage: Stage): Promise<void> {
  await until("list and chip", async () => (await machineView(stage))?.state === "locked", READY_MS);
  const answer = await scanAtPage(stage.page, stage.devices[0] ?? "", phoneOf("certified", stage.platformData));
  if (!answer.allowed) throw new CodedError("replay.interrupted", `the welder was refused: ${answer.en}`);
  await until("the recording begins", async () => (await chipTruth(stage)).traceStartMs !== null, START_MS);
}

async function play(stage: Stage, { pace, progress }: ReplayOptions): Promise<void> {
  let speed = firstSpeed(pace);
  for (;;) {
    const truth = await chipTruth(stage);
    if (!truth.contactorClosed) throw new CodedError("replay.interrupted", `the contactor opened by itself: ${truth.openedBy}`);
    if (truth.lostWindows > 0) throw new CodedError("replay.interrupted", `${truth.lostWindows} windows were lost`);
    progress((truth.plantMs - (truth.traceStartMs ?? 0)) / 1000);
    if (truth.traceDone) return;
    const wanted = nextSpeed(speed, truth.ringRecords, pace);
    if (wanted !== speed) await setChipSpeed(stage, wanted);
    speed = wanted;
    await delay(LOOK_MS);
  }
}

/** Waits until every window is committed, then has the platform lock the machine, so that the session ends and says its totals. */
async function end(stage: Stage): Promise<void> {
  await setChipSpeed(stage, AFTERWARDS_SPEED);
  await until("all windows are committed", async () => (await chipTruth(stage)).ringRecords <= LAST_RECORDS, DRAIN_MS);
  const { contactorClosed, openedBy } = await chipTruth(stage);
  if (!contactorClosed) throw new CodedError("replay.interrupted", `the contactor opened by itself: ${openedBy}`);
  await lockMachine(stage);
  await until("the session ends", async () => (await machineView(stage))?.state === "locked", LOCK_MS);
  await until("everything is delivered", async () => isDelivered(await machineView(stage)), DRAIN_MS);
}

function isDelivered(view: Awaited<ReturnType<typeof machineView>>): boolean {
  return view !== undefined && view.backlog.legal + view.backlog.telemetry === 0;
}

async function collect(stage: Stage, { firstS, folder }: ReplayOptions): Promise<ReplayResult> {
  const [truth, view, streams] = [await chipTruth(stage), await machineView(stage), await heldStreams(stage)];
  for (const lane of ["legal", "telemetry"] as const) {
    const stream = streams.find((candidate) => candidate.lane === lane);
    const journalled = view?.journalled[lane] ?? 0;
    const spoiled = stream ? stream.missingCount + stream.conflicts + stream.chainBreaks + stream.refused : 0;
    if ((stream?.lastSeq ?? 0) < journalled || spoiled > 0) throw new CodedError("replay.incomplete", `${lane} lane, ${folder}`);
  }
  const events = await heldEvents(stage);
  const broken = events.find(({ name }) => name === "windowsLost" || name === "unaccounted" || name === "leaseLost");
  if (broken) throw new CodedError("replay.interrupted", broken.name);
  if (!events.some(({ name }) => name === "sessionEnded")) throw new CodedError("replay.incomplete", `no end of the session, ${folder}`);
  return resultOf(events, { startMs: truth.traceStartMs ?? 0, firstS, windowMs: truth.windowMs });
}

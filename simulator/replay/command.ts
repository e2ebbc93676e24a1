/** `npm run sim -- replay FILE.csv`: ends with 0 when all of it was played and delivered, 2 on bad input, 1 on anything else. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CodedError } from "#protocol/errors/codedError.ts";
import { explain } from "#protocol/errors/explain.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";
import { checkOptions } from "#simulator/chip/options.ts";
import { readRecording } from "#simulator/chip/plant/recording.ts";
import { FIRST_SPEED, MOST_SPEED, type PaceLimits } from "#simulator/replay/pace.ts";
import { replay } from "#simulator/replay/replay.ts";
import type { ReplayResult } from "#simulator/replay/result.ts";
import { resultTable } from "#simulator/replay/table.ts";

const HELP = `用录波跑完整链路：芯片、程序、平台，持证焊工扫码 a recording through chip, agent and platform, with a licensed welder
npm run sim -- replay FILE.csv --model M [--speed X] [--json]

  FILE.csv     录波 recording: t_s,current_a,voltage_v
  --model M    GB/T 10249 型号 designation: ZX7-400, NBC-350, NBM-350, WSM-315, BX1-500 …
  --speed X    最快倍速，默认自动 at most X times as fast; as fast as is safe unless given
  --json       只输出结果 only the result

最后一行是结果 JSON，时间为录波自己的 t_s。 The last line is the result as JSON, in the recording's own seconds.
结束码 Exit code: 0 完整 complete, 1 未完整回放或送达 not all played or delivered, 2 输入有误 bad input`;

const OPTIONS = {
  model: { type: "string" },
  speed: { type: "string" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

const EXIT_BAD_INPUT = 2;
const LEAST_SPEED = 0.01;
/** The session may last 24 h; some of it is the walk home. */
const LONGEST_S = 23 * 3600;
const LATE: readonly ErrorCode[] = ["replay.interrupted", "replay.incomplete"];

export async function runReplay(argv: string[]): Promise<void> {
  // Leaving by `exit` takes the three processes along.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));
  try {
    await replayAsTold(argv);
  } catch (error) {
    console.error(error instanceof CodedError ? explain(error) : error instanceof Error ? error.message : String(error));
    process.exitCode = error instanceof CodedError && !LATE.includes(error.code) ? EXIT_BAD_INPUT : 1;
  }
}

interface Asked {
  file: string;
  model: string;
  mostSpeed: number;
  json: boolean;
}

async function replayAsTold(argv: string[]): Promise<void> {
  const values = parse(argv);
  if (values.help) return console.log(HELP);
  const asked = askedOf(values);
  // Told here, before three processes are started for nothing.
  checkOptions({ tty: "-", model: asked.model });
  const { firstS, atMs, medianStepMs, rows } = readRecording(asked.file);
  const lengthS = (atMs.at(-1) ?? 0) / 1000;
  if (lengthS > LONGEST_S) throw new CodedError("replay.tooLong", `${(lengthS / 3600).toFixed(1)} h`);
  const say = (text: string) => asked.json || process.stderr.write(`${text}\n`);
  say(`${asked.file}: ${rows} 行 rows, ${lengthS.toFixed(1)} s, ${asked.model}`);
  const pace = { mostSpeed: asked.mostSpeed, medianStepMs };
  const result = await twiceIfNeeded(pace, (limits) =>
    inFolder((folder) => replay({ ...asked, folder, firstS, pace: limits, progress: shown(lengthS, say) })),
  );
  if (!asked.json) console.log(resultTable(result));
  console.log(JSON.stringify(result));
}

/** A computer with too much else to do lets a lease lapse: then once more, gently. */
async function twiceIfNeeded(pace: PaceLimits, run: (limits: PaceLimits) => Promise<ReplayResult>): Promise<ReplayResult> {
  try {
    return await run(pace);
  } catch (error) {
    const again = error instanceof CodedError && error.code === "replay.interrupted" && pace.mostSpeed > FIRST_SPEED;
    if (!again) throw error;
    console.error(`${explain(error)}\n重新回放 once more at ${FIRST_SPEED} ×`);
    return run({ ...pace, mostSpeed: FIRST_SPEED });
  }
}

/** The folder stays when something went wrong: the logs are in it. Short, for a Unix socket's name has room for 107 bytes. */
async function inFolder(run: (folder: string) => Promise<ReplayResult>): Promise<ReplayResult> {
  const folder = mkdtempSync(join(tmpdir(), "arcgate-"));
  try {
    const result = await run(folder);
    rmSync(folder, { recursive: true, force: true });
    return result;
  } catch (error) {
    console.error(`日志 logs: ${folder}`);
    throw error;
  }
}

/** Every tenth of the recording. */
function shown(lengthS: number, say: (text: string) => void): (playedS: number) => void {
  let told = 0;
  return (playedS) => {
    const tenths = Math.min(10, Math.floor((10 * playedS) / lengthS));
    if (tenths <= told) return;
    told = tenths;
    say(`回放 played ${tenths * 10} %`);
  };
}

function parse(argv: string[]) {
  try {
    const { values, positionals } = parseArgs({ args: argv, options: OPTIONS, allowPositionals: true });
    return { ...values, files: positionals };
  } catch (error) {
    throw new CodedError("replay.badOption", error instanceof Error ? error.message : String(error));
  }
}

function askedOf({ files, model, speed, json }: ReturnType<typeof parse>): Asked {
  const [file] = files;
  if (file === undefined || files.length > 1) throw new CodedError("replay.badOption", "one FILE.csv");
  if (model === undefined) throw new CodedError("replay.badOption", "--model is needed");
  const mostSpeed = speed === undefined ? MOST_SPEED : Number(speed);
  if (!(mostSpeed >= LEAST_SPEED && mostSpeed <= MOST_SPEED))
    throw new CodedError("replay.badOption", `--speed: ${LEAST_SPEED} to ${MOST_SPEED}`);
  return { file, model, mostSpeed, json };
}

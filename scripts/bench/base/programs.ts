/** Programs that a bench runs beside itself as plain Node processes: floors and far ends. They speak by IPC and end with their parent. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const PROGRAMS = {
  startFloor: import.meta.resolve("#scripts/bench/floor/startFloor.ts"),
  scanFloor: import.meta.resolve("#scripts/bench/floor/scanFloor.ts"),
  fieldFloor: import.meta.resolve("#scripts/bench/floor/fieldFloor.ts"),
  drainFloor: import.meta.resolve("#scripts/bench/floor/drainFloor.ts"),
  listFloor: import.meta.resolve("#scripts/bench/floor/listFloor.ts"),
  ourList: import.meta.resolve("#scripts/bench/list/ourList.ts"),
  readingsPlatform: import.meta.resolve("#scripts/bench/floor/readingsPlatform.ts"),
  platformFloor: import.meta.resolve("#scripts/bench/floor/platformFloor.ts"),
  windowFountain: import.meta.resolve("#scripts/bench/floor/windowFountain.ts"),
} as const;

const STOP_WAIT_MS = 5_000;
const READY_WAIT_MS = 20_000;

export interface Program<Ready> {
  readonly pid: number;
  readonly ready: Ready;
  /** One message, and the next that comes. */
  ask<Answer>(message: object): Promise<Answer>;
  stop(): Promise<void>;
}

/** Our sources as one file of plain JavaScript; packages stay outside, as in a script written by hand. */
export async function buildProgram(name: keyof typeof PROGRAMS): Promise<string> {
  const file = fileURLToPath(new URL(`../../../.build/bench/${name}.mjs`, import.meta.url));
  const bundle = await rolldown({
    input: fileURLToPath(PROGRAMS[name]),
    platform: "node",
    external: (id) => /^[^./#]/.test(id),
    logLevel: "silent",
  });
  await bundle.write({ file, format: "esm", codeSplitting: false });
  await bundle.close();
  return file;
}

/** Runs a built program; resolves with its first message. */
export async function startProgram<Ready>(file: string, options: object): Promise<Program<Ready>> {
  const child = fork(file, [JSON.stringify(options)], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const ready = await answerOf<Ready>(child, READY_WAIT_MS);
  return {
    pid: child.pid ?? -1,
    ready,
    ask: async (message) => {
      child.send(message);
      return answerOf(child, READY_WAIT_MS);
    },
    stop: () => stop(child),
  };
}

function answerOf<T>(child: ChildProcess, withinMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => settle(() => reject(new Error(`${child.spawnfile} ${child.pid}: no answer in ${withinMs} ms`))),
      withinMs,
    );
    const onMessage = (message: unknown) => settle(() => resolve(message as T));
    const onExit = (code: number | null) => settle(() => reject(new Error(`${child.spawnargs[1]} ended with ${code}`)));
    const settle = (outcome: () => void) => {
      clearTimeout(timer);
      child.off("message", onMessage);
      child.off("exit", onExit);
      outcome();
    };
    child.once("message", onMessage);
    child.once("exit", onExit);
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  const kill = setTimeout(() => child.kill("SIGKILL"), STOP_WAIT_MS);
  child.kill("SIGTERM");
  await ended;
  clearTimeout(kill);
}

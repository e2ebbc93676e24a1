/** Child processes of a stage: started with a log file each, ended by their own id, never left behind. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

export interface Running {
  readonly name: string;
  readonly pid: number;
  readonly logPath: string;
  /** Bytes that were in its log before it: those of a run before. */
  readonly logFrom: number;
  readonly exited: Promise<number | null>;
  /** Ends it and waits; SIGKILL after five seconds. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

const STOP_WAIT_MS = 5_000;
const POLL_MS = 20;

/** Runs a TypeScript entry (or the bundle) under Node itself, so that signals reach the program and not a wrapper. */
export function startNode(name: string, script: string, argv: readonly string[], folder: string): Running {
  const logPath = join(folder, `${name}.log`);
  const log = openSync(logPath, "a");
  const logFrom = fstatSync(log).size;
  const loader = script.endsWith(".ts") ? ["--import", import.meta.resolve("tsx")] : [];
  const child = spawn(process.execPath, [...loader, script, ...argv], { stdio: ["ignore", log, log] });
  closeSync(log);
  const exited = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  child.once("error", () => undefined);
  endWithUs(child);
  return { name, pid: child.pid ?? -1, logPath, logFrom, exited, stop: (signal = "SIGTERM") => stop(child, exited, signal) };
}

const living = new Set<ChildProcess>();

/** However this process ends, its children are told to: an exit by an error leaves no time to await theirs. */
function endWithUs(child: ChildProcess): void {
  if (living.size === 0) process.on("exit", endTheLiving);
  living.add(child);
  child.once("exit", () => {
    living.delete(child);
    if (living.size === 0) process.removeListener("exit", endTheLiving);
  });
}

/** One listener for all of them, however many they are. */
function endTheLiving(): void {
  for (const child of living) child.kill("SIGTERM");
}

async function stop(child: ChildProcess, exited: Promise<unknown>, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  const ended = await Promise.race([exited.then(() => true), delay(STOP_WAIT_MS, false, { ref: false })]);
  if (!ended) child.kill("SIGKILL");
  await exited;
}

type Nothing = undefined | null | false;

/** Waits until `look` gives something. Throws with `what` after the time is up. */
export async function until<T>(what: string, look: () => Promise<T | Nothing> | T | Nothing, withinMs: number): Promise<T> {
  const deadline = performance.now() + withinMs;
  while (performance.now() < deadline) {
    const found = await look();
    if (found !== undefined && found !== null && found !== false) return found;
    await delay(POLL_MS);
  }
  throw new Error(`${what}: not within ${withinMs} ms`);
}

/** The JSON object on the log line that begins with `prefix`. Fails with the log's end when the process died first. */
export async function readiness<T>(running: Running, prefix: string, withinMs = 60_000): Promise<T> {
  let ended = false;
  void running.exited.then(() => {
    ended = true;
  });
  return until(
    `${running.name} ready`,
    () => {
      const text = readFileSync(running.logPath).subarray(running.logFrom).toString("utf8");
      const line = text.split("\n").findLast((candidate) => candidate.startsWith(prefix) && candidate.endsWith("}"));
      if (line) return JSON.parse(line.slice(line.indexOf("{"))) as T;
      if (ended) throw new Error(`${running.name} ended: ${text.slice(-2_000)}`);
      return undefined;
    },
    withinMs,
  );
}

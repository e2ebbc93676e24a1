/** The real agent, for the items that go through it: started, asked by its page, and stopped again. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { CodedError } from "#protocol/errors/codedError.ts";

/** The program and its arguments, but for those that name the configuration. */
export type AgentCommand = readonly [string, ...string[]];

const START_MS = 60_000;
const STOP_MS = 10_000;
const ASK_MS = 2_000;
const READY = /^焊闸已启动 .*?(\{.*\})$/;
const SAID_CHARACTERS = 200;

const Lane = z.object({ legal: z.number(), telemetry: z.number() });
const Report = z.object({
  version: z.string(),
  online: z.boolean(),
  offlineReason: z.string(),
  list: z.unknown(),
  time: z.object({ earliestMs: z.number(), latestMs: z.number().nullable(), source: z.string() }),
  machines: z.array(
    z.object({
      device: z.string(),
      state: z.string(),
      linkCode: z.string().nullable(),
      /** Null until the chip's vault was read. */
      offlineBudget: z.object({ starts: z.number() }).nullable(),
      session: z.number().nullable(),
      arcing: z.boolean(),
      volts: z.number().nullable(),
      amps: z.number().nullable(),
      totals: z.object({ arcs: z.number(), arcMs: z.number(), chargeAmpereSeconds: z.number(), energyJoules: z.number() }),
      inspection: z.string().nullable(),
      decision: z.object({ allowed: z.boolean(), reason: z.string() }).nullable(),
      journalled: Lane,
      backlog: Lane,
      deadLetters: z.array(z.object({ count: z.number() })),
    }),
  ),
});

export type AgentReport = z.infer<typeof Report>;
export type MachineReport = AgentReport["machines"][number];

/** This repository's agent where it is there, else the installed one. */
export function defaultAgent(): AgentCommand {
  const source = fileURLToPath(new URL("../../../agent/main.ts", import.meta.url));
  return existsSync(source) ? [process.execPath, "--import", import.meta.resolve("tsx"), source] : ["arcgate"];
}

/** A command that the kernel ends when this process ends, killed or not: an agent that stayed would keep the port from the next run. */
export function endingWithUs(argv: AgentCommand): AgentCommand {
  return ["setpriv", "--pdeathsig", "TERM", "--", ...argv];
}

export class RunningAgent {
  readonly page: string;
  readonly #child: ChildProcess;

  private constructor(page: string, child: ChildProcess) {
    this.page = page;
    this.#child = child;
  }

  /** Resolves when it says that it is ready. Throws `commission.agentFailed` with its last words. */
  static async start([program, ...before]: AgentCommand, configFile: string): Promise<RunningAgent> {
    const [asked, ...options] = endingWithUs([program, ...before, "run", "--config", configFile]);
    const child = spawn(asked, options, {
      cwd: dirname(configFile),
      stdio: ["ignore", "pipe", "pipe"],
    });
    try {
      return new RunningAgent((await pageOf(child)).replace(/\/$/, ""), child);
    } catch (error) {
      await stopped(child);
      throw error;
    }
  }

  /** Null while it does not answer. */
  async report(): Promise<AgentReport | null> {
    if (this.#child.exitCode !== null) throw new CodedError("commission.agentFailed", `exit code ${this.#child.exitCode}`);
    const answer = await fetch(`${this.page}/api/status`, { signal: AbortSignal.timeout(ASK_MS) }).catch(() => null);
    return answer ? Report.parse(await answer.json()) : null;
  }

  stop(): Promise<void> {
    return stopped(this.#child);
  }
}

function pageOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    const fail = (why: string) => reject(new CodedError("commission.agentFailed", `${why} ${said.slice(-SAID_CHARACTERS)}`.trim()));
    const tooLate = setTimeout(() => fail("not ready in a minute"), START_MS);
    child.once("error", (error) => fail(error.message));
    child.once("exit", (code) => fail(`exit code ${code}`));
    child.once("close", () => clearTimeout(tooLate));
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on("line", (line) => {
        said = `${said}\n${line}`.slice(-2 * SAID_CHARACTERS);
        const ready = READY.exec(line)?.[1];
        if (ready === undefined) return;
        clearTimeout(tooLate);
        resolve(z.object({ page: z.string() }).parse(JSON.parse(ready)).page);
      });
    }
  });
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const hard = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  await ended;
  clearTimeout(hard);
}

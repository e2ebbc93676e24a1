/** A newer release of the program takes over at arc-off and nothing else changes; one that does not start is taken back. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FORMAT } from "#agent/shell/store/journalSchema.ts";
import { VERSION } from "#agent/version.ts";
import { RELEASE_ENTRY } from "#protocol/release/releaseFile.ts";
import { LAUNCHER } from "#scripts/build.ts";
import { agentReport } from "#scripts/story/watch.ts";
import { readKeys } from "#simulator/platform/keys.ts";
import { issueRelease } from "#simulator/platform/releaseIssuer.ts";
import { until } from "#simulator/stage/processes.ts";
import type { Stage } from "#simulator/stage/stage.ts";
import { Bench, PATIENCE_MS } from "#test/agent/bench.ts";
import { BUNDLED, type Outcome, runCommand } from "#test/agent/commandLine.ts";

const NEXT = "0.1.1";
const BROKEN = "0.1.2";
let bench: Bench;
let supervisor: Supervisor;

/** Starts the launcher again whenever it ends, as whoever installs the module has it done. */
class Supervisor {
  readonly exits: (number | null)[] = [];
  readonly #stage: Stage;
  #stopped = false;

  constructor(stage: Stage) {
    this.#stage = stage;
    void this.#watch();
  }

  stop(): void {
    this.#stopped = true;
  }

  async #watch(): Promise<void> {
    for (;;) {
      const code = await this.#stage.agent?.exited;
      if (this.#stopped) return;
      this.exits.push(code ?? null);
      // A release that ends before it is ready is started again like any other.
      await this.#stage.startAgent().catch(() => undefined);
    }
  }
}

async function stageRelease(version: string, program: string): Promise<Outcome> {
  const { folder, configFile, platformData } = bench.stage;
  const file = join(folder, `${version}.release`);
  const about = { version, issuedMs: Date.now(), journalFormat: FORMAT, target: "module" as const };
  writeFileSync(
    file,
    issueRelease(readKeys(platformData), about, [{ name: RELEASE_ENTRY.module, bytes: new TextEncoder().encode(program) }]),
  );
  return runCommand(process.execPath, [await BUNDLED, "update", "--config", configFile, "--file", file]);
}

/** This very program, but for its version. */
async function newer(): Promise<string> {
  return readFileSync(await BUNDLED, "utf8").replaceAll(VERSION, NEXT);
}

async function reported(): Promise<{
  version: string;
  update?: { at: string; version?: string };
  machines: { amps: number | null }[];
} | null> {
  return (await agentReport(bench.stage)) as Awaited<ReturnType<typeof reported>>;
}

describe.concurrent("an update of the program", () => {
  beforeAll(async () => {
    await BUNDLED;
    const wanted = { agentScript: LAUNCHER, launched: true, agentConfig: { updates: { sessionWaitS: 0 } } };
    bench = await Bench.start(["ZX7-400"], wanted);
    supervisor = new Supervisor(bench.stage);
  });
  afterAll(async () => {
    supervisor?.stop();
    await bench?.close();
  });

  it.sequential("waits until the arc is out, and takes the session over without opening", async () => {
    await bench.energise();
    const { session } = await bench.stateIs("energised");
    const { opens } = await bench.truth();
    await bench.tell({ do: "weld", rods: 1, rodS: 60 });
    await bench.truthWhen("an arc", ({ arcing }) => arcing);
    await until("the agent measures it", async () => ((await reported())?.machines[0]?.amps ?? 0) > 0, PATIENCE_MS);
    const staged = await stageRelease(NEXT, await newer());
    expect(staged).toMatchObject({ code: 0, out: expect.stringContaining(`staged: ${NEXT}`) });
    await until("it waits for arc-off", async () => (await reported())?.update?.at === "waitingForArcOff", PATIENCE_MS);
    expect((await bench.truth()).arcing).toBe(true);
    await bench.tell({ do: "stop" });
    await until("the newer release runs", async () => (await reported())?.version === NEXT, PATIENCE_MS);
    expect(supervisor.exits).toEqual([75]);
    expect((await bench.stateIs("energised")).session).toBe(session);
    expect(await bench.truth()).toMatchObject({ opens, mirrorClosed: true });
    await bench.event("agentStarted", 0, ({ payload }) => payload.version === NEXT);
    const order = (await bench.legal())
      .map(({ name }) => name ?? "")
      .filter((name) => ["arc", "agentStopped", "agentStarted"].includes(name));
    expect(order).toEqual(["agentStarted", "arc", "agentStopped", "agentStarted"]);
  });

  it.sequential("goes on with the same session, with every arc and window on record", async () => {
    await bench.tell({ do: "weld", rods: 1, rodS: 1 });
    await bench.truthWhen("an arc", ({ arcing }) => arcing);
    await bench.arcsAre(await bench.truthWhen("it is out", ({ welding, arcing }) => !welding && !arcing));
    expect(await bench.named("sessionStarted")).toHaveLength(1);
    expect(await bench.named("windowsLost")).toEqual([]);
    expect(await bench.named("unaccounted")).toEqual([]);
    expect((await bench.event("updateConfirmed")).payload).toEqual({ from: "installed", to: NEXT });
  });

  it.sequential("is refused when it is not newer", async () => {
    expect(await stageRelease(NEXT, "process.exit(0);")).toMatchObject({ code: 2, err: expect.stringContaining("update.older") });
  });

  it.sequential("that does not start is taken back after three attempts, and the session goes on", async () => {
    const { session } = await bench.stateIs("energised");
    expect((await stageRelease(BROKEN, 'throw new Error("broken");\n')).code).toBe(0);
    const failed = await bench.event("updateFailed");
    expect(failed.payload).toEqual({ version: BROKEN, runs: NEXT, code: "update.notStarted" });
    expect(supervisor.exits).toEqual([75, 75, 1, 1, 1]);
    expect((await bench.stateIs("energised")).session).toBe(session);
    expect(await reported()).toMatchObject({ version: NEXT, update: { at: "current" } });
  });

  it.sequential("has left everything delivered once, in order", async () => {
    await bench.drained();
    expect(await bench.objections()).toEqual([]);
  });
});

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { type Running, readiness, startNode, until } from "#simulator/stage/processes.ts";
import { type Stage, stageDevice } from "#simulator/stage/stage.ts";
import { Bench, benchFolder, PATIENCE_MS } from "#test/agent/bench.ts";
import { BUNDLED } from "#test/agent/commandLine.ts";
import { FarTty } from "#test/serial/farEnd/farTty.ts";

const SLAVES = fileURLToPath(new URL("../weldingSlaves.py", import.meta.url));
const SIMULATOR = fileURLToPath(new URL("../../../simulator/main.ts", import.meta.url));
const DEVICE = stageDevice("ZX7-315", 0);

/** Two ttys, one cable. */
const ours = new FarTty((bytes) => theirs.write(bytes));
const theirs = new FarTty((bytes) => ours.write(bytes));
const folder = benchFolder();
let slaves: ChildProcessByStdio<null, Readable, null>;
let platform: Running;
let broker = "";
let told = "";

beforeAll(async () => {
  slaves = spawn("/usr/bin/python3", [SLAVES, theirs.path], { stdio: ["ignore", "pipe", "inherit"] });
  slaves.stdout.on("data", (text: Buffer) => {
    told += text.toString();
  });
  const data = join(folder, "platform");
  platform = startNode(
    "platform",
    SIMULATOR,
    ["platform", "--data", data, "--listen", "127.0.0.1:0", "--quiet", "--device", DEVICE],
    folder,
  );
  broker = (await readiness<{ broker: string }>(platform, "平台已启动")).broker;
});
afterAll(async () => {
  await platform?.stop();
  slaves?.kill("SIGKILL");
  ours.dispose();
  theirs.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** A configuration of one machine with a PZEM-017 and this relay board. */
function configFile(name: string, map: string, policy: object): string {
  const relay = { map, address: 2, coil: 0 };
  const machines = [{ device: DEVICE, designation: "ZX7-315", meter: { map: "pzem-017", address: 1 }, relay, policy }];
  const file = join(folder, `${name}.yaml`);
  const config = {
    data: join(folder, name),
    page: { port: 0 },
    broker: { url: broker },
    trust: { file: join(folder, "platform", "trust.json") },
    buses: [{ port: ours.path, baudRate: 9600, stopBits: 2, machines }],
  };
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(file, stringify(config));
  return file;
}

async function startAgent(name: string, map: string, policy: object): Promise<Running> {
  return startNode(name, await BUNDLED, ["run", "--config", configFile(name, map, policy)], folder);
}

function logOf(agent: Running): string {
  return readFileSync(agent.logPath, "utf8");
}

/** As much of a stage as the questions of the bench need. */
function benchOf(agent: Running, page: string): Bench {
  const platformData = join(folder, "platform");
  const control = join(platformData, "platform.ctl");
  const parts = { folder, devices: [DEVICE], buses: [], configFile: "", platformData, platformControl: control, page, agent };
  const stage: Stage = { ...parts, startAgent: () => Promise.resolve(), close: () => agent.stop() };
  return new Bench(stage);
}

describe.concurrent("a machine with a PZEM-017 and a relay board, played by pymodbus", () => {
  it.sequential("starts by a licence, renews the timed output, and delivers its arcs", async () => {
    const agent = await startAgent("timed", "relay-flash-on", {});
    try {
      const { page } = await readiness<{ page: string }>(agent, "焊闸已启动");
      const bench = benchOf(agent, page);
      await bench.ready();
      expect(await bench.scan("expired")).toMatchObject({ allowed: false, code: "licence.expired" });
      expect(told).not.toContain("flash");
      expect(await bench.scan("certified")).toMatchObject({ allowed: true });
      await bench.stateIs("energised");
      const burned = () => [...told.matchAll(/^arc (\d+)$/gm)].map(([, ms]) => Number(ms));
      await until("two arcs were made", () => burned().length === 2, PATIENCE_MS);
      await until("two arcs at the platform", async () => (await bench.named("arc")).length >= 2, PATIENCE_MS);
      const arcs = await bench.named("arc");
      expect(arcs).toHaveLength(2);
      // One reading a second: each end of an arc is known to a second, and on a computer short of breath to the next reading.
      for (const [index, { payload }] of arcs.entries())
        expect(Math.abs(Number(payload.arcMs) - (burned()[index] ?? 0))).toBeLessThan(2_100);
      expect(told.split("\n").filter((line) => line.startsWith("flash 0")).length).toBeGreaterThan(5);
      expect(await bench.named("suspectedModifiedWelder")).toEqual([]);
      await bench.drained();
      expect(await bench.objections()).toEqual([]);
    } finally {
      await agent.stop();
    }
  });

  it.sequential("is refused for an enforced machine when the relay would stay closed by itself", async () => {
    const agent = await startAgent("enforced", "relay-plain", { class: "enforced" });
    expect(await agent.exited).toBe(2);
    expect(logOf(agent)).toMatch(/link\.noDeadMan/);
    expect(logOf(agent)).toContain("监测类");
  });

  it.sequential("is accepted with such a relay when it is monitored only", async () => {
    const agent = await startAgent("monitored", "relay-plain", { class: "monitored" });
    try {
      const { page } = await readiness<{ page: string }>(agent, "焊闸已启动");
      const bench = benchOf(agent, page);
      await bench.ready();
    } finally {
      await agent.stop();
    }
  });
});

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { IDENTITY, PAGE, STATUS } from "#protocol/chip/arcgateChip.ts";
import { decodeBlock } from "#protocol/chip/codec.ts";
import { until } from "#simulator/stage/processes.ts";
import { Bench, PATIENCE_MS } from "#test/agent/bench.ts";
import { BUNDLED, type Outcome, runCommand } from "#test/agent/commandLine.ts";

let bench: Bench;
/** The stage's configuration with the port that the page really got. */
let configFile: string;
let bundle: string;

beforeAll(async () => {
  bundle = await BUNDLED;
  bench = await Bench.start(["ZX7-400"]);
  configFile = changedConfig("real", (config) => {
    config.page = { port: Number(new URL(bench.stage.page).port) };
  });
});
afterAll(() => bench?.close());

type Plain = Record<string, unknown> & { buses: { port: string }[] };

function changedConfig(name: string, change: (config: Plain) => void): string {
  const config = parse(readFileSync(bench.stage.configFile, "utf8")) as Plain;
  change(config);
  const file = join(bench.stage.folder, `${name}.yaml`);
  writeFileSync(file, stringify(config));
  return file;
}

function arcgate(command: string, file = configFile, ...more: string[]): Promise<Outcome> {
  return runCommand(process.execPath, [bundle, command, "--config", file, ...more]);
}

/** Asked once: an agent that has stopped leaves no answer on the line that a stranger could take for its own. */
async function mbpoll(address: number, words: number): Promise<number[]> {
  const line = ["-m", "rtu", "-a", "1", "-b", "115200", "-P", "none"];
  const what = ["-t", "4:hex", "-0", "-r", `${address}`, "-c", `${words}`, "-1", "-q"];
  const { code, out, err } = await runCommand("mbpoll", [...line, ...what, bench.stage.buses[0]?.tty ?? ""]);
  expect([code, err]).toEqual([0, ""]);
  return [...out.matchAll(/^\[\d+\]:\s+0x([0-9A-F]{4})$/gm)].map(([, word]) => Number.parseInt(word ?? "", 16));
}

describe.concurrent("the command line, and a stranger's look at the chip", () => {
  it.sequential("status says what the machine does, for people and as JSON", async () => {
    const text = await arcgate("status");
    expect([text.code, text.err]).toEqual([0, ""]);
    expect(text.out).toContain(bench.device());
    expect(text.out).toContain("已锁定");
    const json = JSON.parse((await arcgate("status", configFile, "--json")).out);
    expect(json).toMatchObject({
      running: true,
      online: true,
      list: { entries: 200 },
      machines: [{ device: bench.device(), state: "locked" }],
    });
  });

  it.sequential("doctor beside a running agent says that the port is in use, and takes no lease from it", async () => {
    await bench.energise();
    const findings = await arcgate("doctor");
    expect(findings.code).toBe(1);
    expect(findings.out).toMatch(/✗ .*(总线|焊机)/);
    expect(findings.out).toContain("✓ 平台 broker");
    const { leaseAccepted } = await bench.truth();
    const truth = await bench.truthWhen("more renewals", (later) => later.leaseAccepted >= leaseAccepted + 2);
    expect([truth.mirrorClosed, truth.opens]).toEqual([true, []]);
  });

  it.sequential("mbpoll reads what the agent saw", async () => {
    const before = await until(
      "the agent sees the open-circuit voltage",
      async () => {
        const machine = await bench.stateIs("energised");
        return (machine.volts ?? 0) > 50 ? machine : null;
      },
      PATIENCE_MS,
    );
    await bench.stage.agent?.stop();
    bench.stage.agent = null;
    // The agent's lease may end before mbpoll has read; a bridged contactor keeps the machine as the agent saw it.
    await bench.tell({ do: "bypass", on: true });
    const page = decodeBlock(PAGE, await mbpoll(PAGE.address, PAGE.words));
    const who = decodeBlock(IDENTITY, await mbpoll(IDENTITY.address, IDENTITY.words));
    expect(who.deviceCode).toBe(bench.device());
    const adopted = await bench.event("chipAdopted");
    expect(Buffer.from(who.uid).toString("hex")).toBe(adopted.payload.uid);
    expect([page.status & STATUS.eStop, page.status & STATUS.sensorMissing, page.fault]).toEqual([0, 0, 0]);
    expect(Math.abs(page.voltageVolts - (before.volts ?? Number.NaN)), JSON.stringify({ page, before })).toBeLessThan(3);
    expect(Math.abs(page.currentAmps - (before.amps ?? Number.NaN))).toBeLessThan(1);
    expect(Math.abs(page.currentAmps)).toBeLessThan(1);
    await bench.tell({ do: "bypass", on: false });
  });

  it.sequential("status says that the agent does not run", async () => {
    const [text, json] = [await arcgate("status"), await arcgate("status", configFile, "--json")];
    expect([text.code, json.code]).toEqual([1, 1]);
    expect(text.out).toContain("程序未运行");
    expect(JSON.parse(json.out)).toMatchObject({ running: false });
  });

  it.sequential("doctor finds everything in order while the agent is stopped", async () => {
    const { code, out } = await arcgate("doctor");
    expect(out).not.toContain("✗");
    expect(out.match(/^✓/gm)?.length).toBe(8);
    expect(code).toBe(0);
  });

  it.sequential("doctor names what is wrong, and the remedy", async () => {
    const broken = changedConfig("broken", (config) => {
      config.broker = { url: "mqtt://127.0.0.1:1" };
      config.data = join(bench.stage.folder, "empty");
      for (const bus of config.buses) bus.port = join(bench.stage.folder, "no-such-tty");
    });
    const { code, out } = await arcgate("doctor", broken);
    expect(code).toBe(1);
    expect(out).toMatch(/✗ 平台 broker: .*127\.0\.0\.1:1/);
    expect(out).toMatch(/✗ 名单 list/);
    expect(out).toMatch(/✗ 焊机 machine .*link\.portMissing/s);
    const bad = out.match(/^✗/gm)?.length ?? 0;
    expect(out.match(/^ {4}→ .*[\u4e00-\u9fff].* \/ \w/gm)).toHaveLength(bad);
  });
});

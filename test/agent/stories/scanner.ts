import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ERRORS } from "#protocol/errors/registry.ts";
import type { ScannerCommandInput } from "#simulator/scanner/control.ts";
import { askControl } from "#simulator/stage/control.ts";
import { type Running, readiness, startNode, until } from "#simulator/stage/processes.ts";
import { Bench, benchFolder, PATIENCE_MS } from "#test/agent/bench.ts";
import { BUNDLED, type Outcome, runCommand } from "#test/agent/commandLine.ts";

let bench: Bench;
let module: Running;
const folder = benchFolder();
const tty = join(folder, "scanner");

const tell = (command: ScannerCommandInput) => askControl(`${tty}.ctl`, command);

async function doctor(): Promise<Outcome> {
  return runCommand(process.execPath, [await BUNDLED, "doctor", "--config", bench.stage.configFile]);
}

describe("a scanner beside the machine", () => {
  beforeAll(async () => {
    module = startNode("scanner", "simulator/main.ts", ["scanner", "--tty", tty, "--model", "gm65"], folder);
    await readiness(module, '{"ready"');
    bench = await Bench.start(["ZX7-400"], { machine: { scanner: { port: tty, model: "gm65" } } });
  });
  afterAll(async () => {
    await bench?.close();
    await module.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it.sequential("refuses what is no pass by lamp and buzzer, and the contactor stays open", async () => {
    await tell({ do: "show", text: "https://example.cn/menu", holdMs: 10_000 });
    await bench.truthWhen("the refusal's lamp", ({ lamp }) => lamp === "redBlink");
    await bench.event("scanDenied", 0, ({ payload }) => payload.code === "pass.notAPass");
    expect((await bench.truth()).opens).toEqual([]);
    expect((await bench.truth()).mirrorClosed).toBe(false);
  });

  it.sequential("opens the machine for the certified welder whose pass is shown", async () => {
    await tell({ do: "show", text: await bench.response("certified"), holdMs: 30_000 });
    await bench.truthWhen("the contactor closes", ({ mirrorClosed }) => mirrorClosed);
    await bench.event("scanAllowed", 0, ({ payload }) => payload.way === "scanner");
    await bench.stateIs("energised");
  });

  it.sequential("is not asked by an unplugged scanner, and hears the next one again", async () => {
    await tell({ do: "unplug" });
    await tell({ do: "plug" });
    await tell({ do: "show", text: await bench.response("expired"), holdMs: 30_000 });
    await bench.event("scanDenied", 0, ({ payload }) => payload.way === "scanner" && payload.code === "licence.expired");
    expect((await bench.truth()).mirrorClosed).toBe(true);
  });

  it.sequential("is said to be deaf on status and display pages, as long as it is", async () => {
    const { zh } = ERRORS["scanner.deaf"];
    const pages = async () => {
      const answers = ["/", `/display/${bench.device()}`].map(async (path) => (await fetch(bench.stage.page + path)).text());
      return (await Promise.all(answers)).map((page) => page.includes(zh));
    };
    expect(await pages()).toEqual([false, false]);
    await tell({ do: "deaf" });
    await until("the machine's scanner is deaf", async () => (await bench.machine())?.scanner?.code === "scanner.deaf", PATIENCE_MS);
    expect(await pages()).toEqual([true, true]);
    await tell({ do: "deaf", on: false });
    await until("it works again", async () => (await bench.machine())?.scanner === null, 2 * PATIENCE_MS);
    expect(await pages()).toEqual([false, false]);
  });

  it.sequential("is looked at by the doctor, who says what to do about a deaf one", async () => {
    await bench.stage.agent?.stop();
    expect((await doctor()).out).toContain(`✓ 扫码器 scanner ${tty}: gm65 answers`);
    await tell({ do: "deaf" });
    const { code, out } = await doctor();
    expect(code).toBe(1);
    expect(out).toContain(`✗ 扫码器 scanner ${tty}: ${ERRORS["scanner.deaf"].zh}`);
    expect(out).toContain(ERRORS["scanner.deaf"].remedyZh);
  });
});

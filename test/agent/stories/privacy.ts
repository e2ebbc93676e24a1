/** After scans of every kind, and after people have shown what they should not: no personal data anywhere. And the search finds what is there (in pages: `personalData.test.ts`). */
import { readFileSync, rmSync } from "node:fs";
import { connectAsync, type MqttClient } from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { idNumberCheck } from "#protocol/codes/gb11643.ts";
import { tellPlatform } from "#scripts/story/watch.ts";
import { PERSON_NAMES } from "#simulator/people.ts";
import { postResponse } from "#simulator/phone/scan.ts";
import { askControl } from "#simulator/stage/control.ts";
import { type Running, readiness, startNode } from "#simulator/stage/processes.ts";
import { Bench, benchFolder } from "#test/agent/bench.ts";
import { filesWithPersonalData, pagesWithPersonalData, personalDataIn } from "#test/agent/personalData.ts";

/** Born when nobody who is alive was. */
const FIRST_17 = "37098317990101123";
const ID = FIRST_17 + idNumberCheck(FIRST_17);
const NAME = "王焊工";
const NAMES = [NAME];
const SHOWN = [`T${ID}`, ID, `${NAME} ${ID}`, `AG1R:${ID}`, `{"name":"${NAME}","id":"${ID}"}`];

const scannerFolder = benchFolder();
const tty = `${scannerFolder}/scanner`;
let bench: Bench;
let scanner: Running;
let listener: MqttClient;
/** Topics and payloads as they came. */
const heard: Buffer[] = [];

function found(): { files: [string, string[]][]; mqtt: string[] } {
  return { files: filesWithPersonalData(bench.stage.folder, NAMES).found, mqtt: personalDataIn(Buffer.concat(heard), NAMES) };
}

describe.concurrent("privacy", () => {
  beforeAll(async () => {
    scanner = startNode("scanner", "simulator/main.ts", ["scanner", "--tty", tty, "--model", "gm65"], scannerFolder);
    await readiness(scanner, '{"ready"');
    const log = { level: "debug" };
    bench = await Bench.start(["ZX7-400"], { machine: { scanner: { port: tty, model: "gm65" } }, agentConfig: { log } });
    const { broker } = parse(readFileSync(bench.stage.configFile, "utf8")) as { broker: { url: string } };
    listener = await connectAsync(broker.url);
    listener.on("message", (topic, payload) => heard.push(Buffer.from(`\n${topic} `), payload));
    await listener.subscribeAsync("#");
  });
  afterAll(async () => {
    await listener?.endAsync();
    await bench?.close();
    await scanner.stop();
    rmSync(scannerFolder, { recursive: true, force: true });
  });

  it.sequential("scans of every kind, a session, and ID cards shown to page and scanner", { timeout: 180_000 }, async () => {
    for (const name of PERSON_NAMES.filter((known) => known !== "certified")) expect((await bench.scan(name)).allowed).toBe(false);
    const { page } = bench.stage;
    for (const text of SHOWN) {
      expect((await postResponse(page, bench.device(), text)).allowed).toBe(false);
      expect((await postResponse(page, text, "AG1R:")).allowed).toBe(false);
      const path = encodeURIComponent(text);
      for (const asked of [`/api/challenge?machine=${path}`, `/display/${path}`, `/${path}`])
        expect((await fetch(page + asked)).ok).toBe(false);
    }
    await askControl(`${tty}.ctl`, { do: "show", text: `${NAME} T${ID}`, holdMs: 10_000 });
    await bench.event("scanDenied", 0, ({ payload }) => payload.code === "pass.notAPass");
    await bench.scanFromAfar("expired");
    await bench.event("scanDenied", 0, ({ payload }) => payload.way === "grant");
    await bench.energise();
    await bench.tell({ do: "weld", rods: 1, rodS: 2 });
    await bench.truthWhen("a rod is burned", ({ arcs, arcing }) => arcs === 1 && !arcing);
    await bench.event("arc");
    await bench.lock();
    await bench.event("sessionEnded");
    await bench.drained();
  });

  it.sequential("nothing in database, log of writes, logs, captured MQTT or pages", async () => {
    const { searched } = filesWithPersonalData(bench.stage.folder, NAMES);
    expect(searched).toEqual(expect.arrayContaining(["agent/journal.sqlite", "agent/journal.sqlite-wal", "agent-1.log", "platform.log"]));
    expect(Buffer.concat(heard).length).toBeGreaterThan(10_000);
    expect(found()).toEqual({ files: [], mqtt: [] });
    const pages = await pagesWithPersonalData(bench.stage.page, bench.device(), NAMES);
    expect(pages.filter(([, what]) => what.length > 0)).toEqual([]);
  });

  it.sequential("and the search finds a number and a name that the platform sends in a policy", async () => {
    const period = { fromMs: Date.now() - 60_000, untilMs: Date.now() + 3_600_000, reason: `${NAME} T${ID}` };
    await bench.rule({ specialPeriods: [period] });
    const { files, mqtt } = found();
    expect(files.map(([path]) => path)).toContain("agent/journal.sqlite-wal");
    for (const what of [NAME, ID]) expect(mqtt).toContain(what);
    for (const [, what] of files) expect(what).toEqual(expect.arrayContaining([ID]));
    await tellPlatform(bench.stage, { do: "lock", device: bench.device() });
  });
});

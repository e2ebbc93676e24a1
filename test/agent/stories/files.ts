/** Lists and keys that change while machines work: what the platform decides arrives, and nothing older ever does. */
import { cpSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FileStores } from "#agent/shell/store/fileStores.ts";
import { readTrustFile } from "#protocol/trust/trustFile.ts";
import { agentReport, tellPlatform } from "#scripts/story/watch.ts";
import { askControl } from "#simulator/stage/control.ts";
import { until } from "#simulator/stage/processes.ts";
import { Bench, PATIENCE_MS } from "#test/agent/bench.ts";

let bench: Bench;

describe.concurrent("lists and keys while the machine works", () => {
  beforeAll(async () => {
    bench = await Bench.start(["ZX7-400"]);
  });
  afterAll(() => bench?.close());

  const kept = () => join(bench.stage.folder, "agent", "list");
  const setAside = () => join(bench.stage.folder, "older-list");

  it.sequential("an arc goes on when its welder's certificate is revoked, and the machine locks after it", async () => {
    await tellPlatform(bench.stage, { do: "certify", as: "unknown" });
    await overlayIs(1);
    cpSync(kept(), setAside(), { recursive: true });
    await bench.energise();
    await bench.tell({ do: "weld", rods: 1, rodS: 12 });
    await until("the agent knows of the arc", async () => (await bench.machine())?.arcing, PATIENCE_MS);
    await tellPlatform(bench.stage, { do: "revoke", as: "certified" });
    await bench.stateIs("ending");
    expect((await bench.truth()).mirrorClosed).toBe(true);
    await bench.stateIs("locked");
    const { opens } = await bench.truthWhen("the contactor opens", ({ mirrorClosed }) => !mirrorClosed);
    expect(
      opens.map(({ arcing }) => arcing),
      JSON.stringify(opens),
    ).toEqual([false]);
    expect((await bench.event("sessionEnded")).payload).toMatchObject({ cause: "certificateRevoked" });
    expect(await bench.scan("certified")).toMatchObject({ allowed: false, code: "licence.suspended" });
  });

  it.sequential("a certificate that is newer than the base is known through the overlay", async () => {
    expect(await bench.scan("unknown")).toMatchObject({ allowed: true });
    await tellPlatform(bench.stage, { do: "lock", device: bench.device() });
    await bench.stateIs("locked");
  });

  it.sequential("new keys are taken over, and what is signed with them counts", async () => {
    const { version } = await askControl<{ version: number }>(bench.stage.platformControl, { do: "rotateKeys" });
    await bench.event("fileActivated", 0, ({ payload }) => payload.file === "keyset" && payload.version === version);
    await overlayIs(3);
    await tellPlatform(bench.stage, { do: "certify", as: "certified" });
    await overlayIs(4);
    await bench.energise();
    await tellPlatform(bench.stage, { do: "lock", device: bench.device() });
    await bench.stateIs("locked");
    const refused = await bench.named("fileRefused");
    expect(refused).toEqual([]);
  });

  it.sequential("a root is retired, and the next one goes on", async () => {
    const { version } = await askControl<{ version: number }>(bench.stage.platformControl, { do: "rotateKeys", retireRoot: true });
    await bench.event("fileActivated", 0, ({ payload }) => payload.file === "keyset" && payload.version === version);
    await overlayIs(5);
  });

  it.sequential("an older list that is put back on the disk is below the floor", async () => {
    await bench.stage.agent?.stop();
    bench.stage.agent = null;
    const { platformData, folder } = bench.stage;
    const installed = readTrustFile(JSON.parse(readFileSync(join(platformData, "trust.json"), "utf8")));
    const open = (floors: { base: number; overlay: number; keyset: number }) => {
      const stores = new FileStores({ folder: join(folder, "agent"), installed, device: bench.device(), floors });
      const found = [stores.lists.current?.overlayVersion, ...stores.faults.map(({ code }) => code)];
      stores.close();
      return found;
    };
    const floors = { base: 1, overlay: 5, keyset: 3 };
    expect(open(floors)).toEqual([5]);
    rmSync(kept(), { recursive: true });
    cpSync(setAside(), kept(), { recursive: true });
    expect(open(floors)).toEqual([undefined, "list.belowFloor"]);
    await bench.stage.startAgent();
    await overlayIs(5);
    await bench.ready();
  });

  it.sequential("has delivered everything once, in order", async () => {
    await bench.drained();
    expect(await bench.objections()).toEqual([]);
  });
});

function overlayIs(version: number): Promise<unknown> {
  return until(`overlay ${version} in force`, async () => (await agentReport(bench.stage))?.list?.overlayVersion === version, PATIENCE_MS);
}

/** One machine from a standing start: pty, real agent, real platform, and hands that do what they are asked. */
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { vouchedFor } from "#protocol/crypto.ts";
import { parseReport, verifyReport } from "#protocol/install/report.ts";
import { defaultAgent } from "#scripts/install/commission/agentProcess.ts";
import { type CommissionOrder, commission } from "#scripts/install/commission/commission.ts";
import { ITEM_IDS } from "#scripts/install/commission/core/items.ts";
import { Job } from "#scripts/install/machine/job.ts";
import { machineFile } from "#scripts/install/machine/machineFolder.ts";
import type { Ask, Teller } from "#scripts/install/machine/teller.ts";
import { phoneOf } from "#simulator/phone/phone.ts";
import { scanAtPage } from "#simulator/phone/scan.ts";
import { askControl } from "#simulator/stage/control.ts";
import { type Stage, startStage } from "#simulator/stage/stage.ts";

const HASTE = 5;
const INSTALLER = "0123456789abcdef";

let folder: string;
let stage: Stage;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "arcgate-commission-"));
  stage = await startStage({ folder, agentScript: "agent/main.ts", models: ["ZX7-400"], listSize: 100, chip: ["--speed", String(HASTE)] });
  await stage.agent?.stop();
});

afterAll(async () => {
  await stage?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("a sound machine", () => {
  it("passes, is measured, scanned and welded at, and its report is the installer's", async () => {
    const { publicKey } = installerFile();
    const said: string[] = [];
    const job = new Job(folder);
    const report = await commission(orderOf(), job, teller(said));
    job.close();
    expect(report.items.map(({ item, verdict, fault }) => [item, verdict, fault])).toEqual(
      ITEM_IDS.map((id) => [id, "pass", null]),
    );
    const bytes = readFileSync(machineFile(folder, "report"));
    expect(verifyReport(parseReport(bytes), vouchedFor({ algorithm: "ed25519" as const, publicKey }))).toEqual(report);
    const { result } = await askControl<{ result: { contactorClosed: boolean } }>(stage.buses[0]?.control ?? "", { do: "truth" });
    expect(result.contactorClosed).toBe(false);
  });
});

function orderOf(): CommissionOrder {
  return {
    ...{ folder, device: null, agent: defaultAgent(), registry: "http://127.0.0.1:9", dry: false },
    ...{ installerFile: join(folder, "installer.json"), patienceMs: 3_000, haste: HASTE, signal: new AbortController().signal },
    lock: () => Promise.resolve(),
  };
}

function installerFile(): { publicKey: Uint8Array } {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const der = privateKey.export({ type: "pkcs8", format: "der" }).toString("base64");
  writeFileSync(join(folder, "installer.json"), JSON.stringify({ v: 1, id: INSTALLER, privateKey: der }));
  return { publicKey: new Uint8Array(createPublicKey(publicKey.export({ type: "spki", format: "pem" })).export({ type: "spki", format: "der" }).subarray(-32)) };
}

function teller(said: string[]): Teller {
  const tell = (command: object) => askControl(stage.buses[0]?.control ?? "", command);
  const hands: Partial<Record<Ask, (facts: Readonly<Record<string, string>>) => Promise<unknown>>> = {
    pressEStop: () => tell({ do: "eStop", on: true }),
    releaseEStop: () => tell({ do: "eStop", on: false }),
    openEnclosure: () => tell({ do: "enclosure", on: true }),
    closeEnclosure: () => tell({ do: "enclosure", on: false }),
    pressStart: () => tell({ do: "pressStart" }),
    weld: ({ amps }) => tell({ do: "weld", rods: 1, rodS: 5, amps: Number(amps) }),
    scan: ({ page = "", device = "" }) => scanAtPage(page, device, phoneOf("certified", stage.platformData)),
  };
  return {
    tell: ({ zh, en }) => { said.push(`${zh} ${en}`); console.log((performance.now()|0), zh, en); },
    ask: async (ask, _told, facts = {}) => void (await hands[ask]?.(facts)),
  };
}

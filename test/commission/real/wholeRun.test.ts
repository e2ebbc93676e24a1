/** One machine from a standing start: pty, real agent, real platform, and hands that do what they are asked. */
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { vouchedFor } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { type CommissionReport, parseReport, verifyReport } from "#protocol/install/report.ts";
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

const HASTE = 10;

let folder: string;
let stage: Stage;
let installerKey: Uint8Array;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "arcgate-commission-"));
  installerKey = writeInstaller();
  stage = await startStage({
    folder,
    agentScript: "agent/main.ts",
    models: ["ZX7-400"],
    listSize: 100,
    withoutAgent: true,
    chip: ["--speed", String(HASTE)],
  });
});

afterAll(async () => {
  await stage?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("a sound machine", () => {
  it("is left open when the installer stops, with the emergency stop in hand", async () => {
    const stop = new AbortController();
    const asked: Ask[] = [];
    const hands = teller((ask) => {
      asked.push(ask);
      if (ask === "pressEStop") stop.abort(new CodedError("commission.stopped"));
    });
    const { job, done } = commissioned(stop.signal, hands);
    await expect(done).rejects.toMatchObject({ code: "commission.stopped" });
    job.close();
    expect(asked).toEqual(["switchMachineOn", "pressEStop"]);
    expect(await contactorClosed()).toBe(false);
    await tell({ do: "eStop", on: false });
  });

  it("goes on with what is missing, is scanned and welded at, and its report is the installer's", async () => {
    const asked: Ask[] = [];
    const { job, done } = commissioned(
      new AbortController().signal,
      teller((ask) => asked.push(ask)),
    );
    const report = await done;
    job.close();
    expect(report.items.map(({ item, verdict, fault }) => [item, verdict, fault])).toEqual(ITEM_IDS.map((id) => [id, "pass", null]));
    expect(report.outcome).toBe("passed");
    const times = new Map(report.items.map(({ item, atMs }) => [item, atMs]));
    // What the first run proved is not done again; what tells of now is.
    expect(times.get("lease")).toBeLessThan(times.get("link") ?? 0);
    expect(times.get("eStop")).toBeGreaterThan(times.get("link") ?? 0);
    expect(new Set(asked)).toEqual(
      new Set(["switchMachineOn", "pressEStop", "releaseEStop", "openEnclosure", "closeEnclosure", "pressStart", "scan", "weld"]),
    );
    expect(await contactorClosed()).toBe(false);
    const bytes = readFileSync(machineFile(folder, "report"));
    expect(verifyReport(parseReport(bytes), vouchedFor({ algorithm: "ed25519" as const, publicKey: installerKey }))).toEqual(report);
    expect(readFileSync(machineFile(folder, "reportPdf")).subarray(0, 5).toString()).toBe("%PDF-");
  });
});

function commissioned(signal: AbortSignal, hands: Teller): { job: Job; done: Promise<CommissionReport> } {
  const job = new Job(folder);
  const order: CommissionOrder = {
    ...{ folder, device: null, agent: defaultAgent(), registry: null, dry: false },
    ...{ installerFile: join(folder, "installer.json"), patienceMs: 3_000, haste: HASTE, signal },
  };
  return { job, done: commission(order, job, hands) };
}

async function contactorClosed(): Promise<boolean> {
  const { result } = await tell<{ result: { contactorClosed: boolean } }>({ do: "truth" });
  return result.contactorClosed;
}

function tell<T extends object>(command: object): Promise<T> {
  return askControl<T>(stage.buses[0]?.control ?? "", command);
}

function writeInstaller(): Uint8Array {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const der = privateKey.export({ type: "pkcs8", format: "der" }).toString("base64");
  writeFileSync(join(folder, "installer.json"), JSON.stringify({ v: 1, id: "0123456789abcdef", privateKey: der }));
  return new Uint8Array(publicKey.export({ type: "spki", format: "der" }).subarray(-32));
}

function teller(hear: (ask: Ask) => void): Teller {
  const hands: Partial<Record<Ask, (facts: Readonly<Record<string, string>>) => Promise<unknown>>> = {
    pressEStop: () => tell({ do: "eStop", on: true }),
    releaseEStop: () => tell({ do: "eStop", on: false }),
    openEnclosure: () => tell({ do: "enclosure", on: true }),
    closeEnclosure: () => tell({ do: "enclosure", on: false }),
    pressStart: () => tell({ do: "pressStart" }),
    weld: ({ amps }) => tell({ do: "weld", rods: 1, rodS: 20, amps: Number(amps) }),
    scan: ({ page = "", device = "" }) => scanAtPage(page, device, phoneOf("certified", stage.platformData)),
  };
  return {
    tell: () => undefined,
    ask: async (ask, _told, facts = {}) => {
      await hands[ask]?.(facts);
      hear(ask);
    },
  };
}

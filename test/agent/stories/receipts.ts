import { join } from "node:path";
import QRCode from "qrcode";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "#simulator/stage/processes.ts";
import { Bench, PATIENCE_MS } from "#test/agent/bench.ts";
import { BUNDLED, runCommand } from "#test/agent/commandLine.ts";

let bench: Bench;

beforeAll(async () => {
  bench = await Bench.start(["ZX7-400"]);
});
afterAll(() => bench?.close());

/** The inspector's code, once the platform has vouched for the machine's key: a code without that is much shorter. */
function vouchedCode(): Promise<string> {
  const long = async () => {
    const code = (await bench.machine())?.inspection ?? "";
    return code.length > 350 ? code : null;
  };
  return until("the platform vouches for the machine's key", long, PATIENCE_MS);
}

/** As an inspector would: another process, and nothing but the platform's public keys. */
async function verified(code: string): Promise<{ exit: number; said: Record<string, unknown> }> {
  const trust = join(bench.stage.platformData, "trust.json");
  const { code: exit, out } = await runCommand(process.execPath, [await BUNDLED, "verify", code, "--json", "--trust", trust]);
  return { exit, said: JSON.parse(out) };
}

describe.concurrent("a decision's receipt", () => {
  it.sequential("of a refusal is verified off line, and names code and grounds", async () => {
    expect((await bench.scan("expired")).allowed).toBe(false);
    const { exit, said } = await verified(await vouchedCode());
    expect(exit).toBe(0);
    expect(said).toMatchObject({
      verified: true,
      device: bench.device(),
      allowed: false,
      reason: "licence.expired",
      way: "page",
      listVersion: 1,
      overlayVersion: 0,
    });
  });

  it.sequential("of a start names limits; the platform holds the same receipt", async () => {
    await bench.energise();
    const allowed = async () => {
      const { said } = await verified(await vouchedCode());
      return said.allowed === true ? said : null;
    };
    const said = await until("the start's receipt", allowed, PATIENCE_MS);
    expect(said).toMatchObject({ reason: "listed", limitS: 43_200, idleRelockS: 600, handle: expect.stringMatching(/^[0-9a-f]{32}$/) });
    const { payload } = await bench.event("scanAllowed");
    expect(payload).toMatchObject({ handle: said.handle, receipt: expect.stringMatching(/^[A-Za-z0-9+/=]{200,}$/) });
  });

  it.sequential("is on the machine's page, in clear and as a QR code", async () => {
    const html = await (await fetch(`${bench.stage.page}/inspect/${bench.device()}`)).text();
    const code = await vouchedCode();
    expect(html).toContain(await QRCode.toString(code, { type: "svg", errorCorrectionLevel: "L", margin: 4 }));
    expect(html).toContain(code.slice(0, 20));
    expect(html).toContain("名单 list v1, 无增量 no overlay");
    expect((await fetch(`${bench.stage.page}/inspect/370983ZTEST000000010`)).status).toBe(404);
  });

  it.sequential("with a character changed is not believed", async () => {
    const code = await vouchedCode();
    const at = code.length - 20;
    const { exit, said } = await verified(code.slice(0, at) + (code[at] === "0" ? "1" : "0") + code.slice(at + 1));
    expect([exit, said.verified]).toEqual([1, false]);
    expect(said.code).toMatch(/^receipt\.(damaged|badSignature)$/);
  });
});

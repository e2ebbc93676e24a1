import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import QRCode from "qrcode";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildMachineQr, parseMachineQr } from "#protocol/codes/machineQr.ts";
import { SHANDONG_PROFILE } from "#protocol/profile/profile.ts";
import vectors from "#protocol/vectors/codes/machineQr.json" with { type: "json" };
import { refusalOf } from "#test/codes/coded.ts";

const run = promisify(execFile);

describe("machine's QR text", () => {
  it.each(vectors.valid)("$text", ({ text, code }) => {
    expect(buildMachineQr(code, SHANDONG_PROFILE)).toBe(text);
    expect(parseMachineQr(text, SHANDONG_PROFILE).code).toBe(code);
  });

  it.each(vectors.refused)("$text: $error", ({ text, error }) => {
    expect(refusalOf(() => parseMachineQr(text, SHANDONG_PROFILE))).toBe(error);
  });

  it("is not built from a code that is not one", () => {
    expect(refusalOf(() => buildMachineQr("370983ZARCG00000001Y", SHANDONG_PROFILE))).toBe("codes.badDeviceCheck");
  });
});

describe("drawn and read back by zbarimg", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "arcgate-qr-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(vectors.valid)("$code at level Q", async ({ text, code }) => {
    const image = join(folder, `${code}.png`);
    await QRCode.toFile(image, text, { errorCorrectionLevel: "Q", margin: 4, scale: 4 });
    const { stdout } = await run("zbarimg", ["--raw", "-q", "-Sdisable", "-Sqrcode.enable", image]);
    expect(parseMachineQr(stdout.trimEnd(), SHANDONG_PROFILE).code).toBe(code);
  });
});

import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { vouchedFor } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { type CommissionReport, encodeReport, parseReport, verifyReport } from "#protocol/install/report.ts";
import { bytesFromBase64 } from "#protocol/trust/base64.ts";
import { ITEM_IDS } from "#scripts/install/commission/core/items.ts";
import { reportLines, sheetOf } from "#scripts/install/commission/reportText.ts";

interface ReportVectors {
  signers: { id: string; publicKey: string }[];
  /** Each file's text. */
  accepted: { name: string; file: string }[];
  refused: { name: string; file: string; code: string }[];
}

const { signers, accepted, refused }: ReportVectors = JSON.parse(readFileSync("protocol/vectors/install/reports.json", "utf8"));
/** Ed25519 of the bytes 1, 1, 1 …, as PKCS#8: signs the golden reports. */
const KEY = createPrivateKey({
  key: Buffer.from(`302e020100300506032b657004220420${"01".repeat(32)}`, "hex"),
  format: "der",
  type: "pkcs8",
});

describe("golden reports", () => {
  it("are signed by the key that the vectors name", () => {
    const spki = createPublicKey(KEY).export({ type: "spki", format: "der" });
    expect(signers[0]?.publicKey).toBe(spki.subarray(-32).toString("base64"));
  });

  it.each(accepted)("$name is taken, and comes out as it went in", ({ file }) => {
    const report = verified(file);
    expect(bytesText(encodeReport(report, (message) => new Uint8Array(sign(null, message, KEY))))).toBe(file);
  });

  it.each(refused)("$name: $code", ({ file, code }) => {
    expect(codeOf(() => verified(file))).toBe(code);
  });

  it("every character counts", () => {
    const [{ file } = { file: "" }] = accepted;
    for (let at = 0; at < file.length; at += 131) {
      const changed = `${file.slice(0, at)}${file[at] === "1" ? "2" : "1"}${file.slice(at + 1)}`;
      expect(codeOf(() => verified(changed))).toMatch(/^commission\.(badReport|badSignature|unknownSigner)$/);
    }
  });
});

describe("a report for people", () => {
  it("names each item, what was measured, and what to do about a fault", () => {
    const lines = reportLines(verified(accepted.find(({ name }) => name === "refused machine")?.file ?? "")).join("\n");
    expect(lines).toContain("禁止投入使用");
    expect(lines).toContain("接触器不吸合");
    expect(lines).toContain("A1、A2");
  });

  it("has a row for each item on paper", () => {
    const sheet = sheetOf(verified(accepted[0]?.file ?? ""));
    expect(sheet.rows).toHaveLength(ITEM_IDS.length);
    expect(sheet.rows.every(({ zh, en, verdict }) => zh !== "" && en !== "" && verdict === "pass")).toBe(true);
    expect(sheet.facts.map(({ value }) => value)).toContain("370983ZARCG00000001X");
  });
});

function verified(file: string): CommissionReport {
  const parsed = parseReport(new TextEncoder().encode(file));
  const publicKey = bytesFromBase64(signers.find(({ id }) => id === parsed.report.signer.id)?.publicKey ?? "");
  return verifyReport(parsed, vouchedFor({ algorithm: "ed25519" as const, publicKey }));
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof CodedError) return error.code;
    throw error;
  }
  return "taken";
}

function bytesText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

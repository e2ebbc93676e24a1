/** The golden receipts, built by hand from the specification's table and judged by OpenSSL's command line; then by our code. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { receiptRows } from "#agent/core/receiptText.ts";
import { encodeInspection, verifyInspection } from "#protocol/receipt/inspection.ts";
import { encodeReceipt, type Receipt } from "#protocol/receipt/receipt.ts";
import { type TrustFile, trustFromFile } from "#protocol/trust/trustFile.ts";
import { temporaryFolder } from "#test/list/fixtures.ts";
import { base45, holderSpki, opensslVerifies, signedParts } from "#test/pass/byHand.ts";
import { phoneOf } from "#test/pass/passes.ts";

interface ReceiptVectors {
  trust: TrustFile;
  deviceKey: { device: string; publicKeyHex: string; issuedS: number; wordHex: string };
  receipts: { name: string; members: Receipt; payloadHex: string; receiptHex: string; inspection: string }[];
}

const { trust, deviceKey, receipts }: ReceiptVectors = JSON.parse(readFileSync("protocol/vectors/receipt/receipts.json", "utf8"));
const MACHINE = phoneOf("ed25519", 9);
const cases = receipts.map((vector): [string, ReceiptVectors["receipts"][number]] => [vector.name, vector]);

/** The specification's paragraph "Byte for byte", and nothing of our encoder. */
function payloadByHand(members: Receipt): string {
  const { device, allowed, handle, reason, way, purpose, category, listVersion, overlayVersion, policyVersion, checkListVersion } = members;
  const { earliestMs, latestMs, limitS, idleRelockS, endsBy, endsMs, permit, guardian, wouldRefuse, session } = members;
  const number = (value: number | null) => {
    if (value === null) return "f6";
    const hex = (digits: number) => value.toString(16).padStart(digits, "0");
    if (value < 24) return hex(2);
    if (value < 256) return `18${hex(2)}`;
    if (value < 65_536) return `19${hex(4)}`;
    return value < 2 ** 32 ? `1a${hex(8)}` : `1b${hex(16)}`;
  };
  const text = (value: string | null) => {
    if (value === null) return "f6";
    const bytes = Buffer.from(value);
    return (bytes.length < 24 ? (0x60 + bytes.length).toString(16) : `78${bytes.length.toString(16)}`) + bytes.toString("hex");
  };
  const handleOf = (value: string | null) => (value === null ? "f6" : `50${value}`);
  const values = [
    ...["01", text(device), allowed ? "f5" : "f4", handleOf(handle), text(reason), text(way), text(purpose), text(category)],
    ...[listVersion, policyVersion, checkListVersion, earliestMs, latestMs, limitS, idleRelockS].map(number),
    ...[text(endsBy), number(endsMs), text(permit), handleOf(guardian), text(wouldRefuse), number(overlayVersion), number(session)],
  ];
  return `b6${values.map((value, index) => (index + 1).toString(16).padStart(2, "0") + value).join("")}`;
}

describe("golden receipts", () => {
  it.each(cases)("%s: its bytes are the table's, and OpenSSL verifies them", (_, { members, payloadHex, receiptHex, inspection }) => {
    expect(payloadByHand(members)).toBe(payloadHex);
    const { payload, signature, signed } = signedParts(Buffer.from(receiptHex, "hex"));
    expect(payload.toString("hex")).toBe(payloadHex);
    const length = payload.length.toString(16).padStart(2, "0");
    expect(receiptHex).toBe(`8443a10127a058${length}${payloadHex}5840${signature.toString("hex")}`);
    const spki = holderSpki("ed25519", deviceKey.publicKeyHex);
    expect(opensslVerifies("ed25519", spki, signed(Buffer.from("arcgate-receipt/1")), signature)).toBe(true);
    expect(base45(inspection.slice("AG1I:".length)).toString("hex")).toContain(deviceKey.wordHex);
  });

  it.each(cases)("%s: our encoder makes the same bytes, our verifier the same members", (_, { members, receiptHex, inspection }) => {
    const bytes = encodeReceipt(members, MACHINE.signer);
    expect(Buffer.from(bytes).toString("hex")).toBe(receiptHex);
    expect(encodeInspection(new Uint8Array(Buffer.from(deviceKey.wordHex, "hex")), bytes)).toBe(inspection);
    expect(verifyInspection(inspection, trustFromFile(trust))).toEqual(members);
  });

  it("the specification's recipe verifies the one that it shows", () => {
    const recipe = /```sh\n(R=[\s\S]*?)```/.exec(readFileSync("protocol/README.md", "utf8"))?.[1] ?? "";
    expect(recipe).toContain(`R=${receipts[1]?.receiptHex}\n`);
    expect(recipe).toContain(deviceKey.publicKeyHex);
    expect(execFileSync("bash", ["-c", recipe], { cwd: temporaryFolder(), encoding: "utf8" })).toContain("Verified Successfully");
  });
});

describe("a receipt in words", () => {
  const groundsOf = (at: number) => receiptRows(receipts[at]?.members as Receipt).find(({ en }) => en === "grounds")?.value;

  it("names base and overlay, and says when there is none", () => {
    expect(groundsOf(0)).toContain("名单 list v1841, 增量 overlay v977, 策略 policy v12");
    expect(groundsOf(1)).toContain("无名单 no list, 无增量 no overlay, 策略 policy v0");
    expect(groundsOf(2)).toContain("名单 list v1841, 无增量 no overlay");
  });

  it("has a Chinese and an English word for each line, and the texts of codes", () => {
    for (const { members } of receipts) {
      for (const { zh, en, value } of receiptRows(members)) expect([zh, en, value].every((text) => text.length > 0)).toBe(true);
    }
    expect(receiptRows(receipts[2]?.members as Receipt)[1]?.value).toMatch(/^拒绝 refused: .+ .+ \(licence\.expired\)$/);
    expect(receiptRows(receipts[0]?.members as Receipt)[3]?.value).toBe("2026-11-21 08:00:00 (UTC+8) – 2026-11-21 08:00:00 (UTC+8)");
    expect(receiptRows(receipts[4]?.members as Receipt).at(-1)?.value).toMatch(/\(licence\.suspended\)$/);
  });
});

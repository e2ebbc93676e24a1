/** Vouchers: the golden ones by an independent hand, and what nobody may change in one. */
import { spawnSync } from "node:child_process";
import { createDecipheriv, createPrivateKey, createPublicKey, diffieHellman, hkdfSync } from "node:crypto";
import QRCode from "qrcode";
import { describe, expect, test } from "vitest";
import { vouchedFor } from "#protocol/crypto.ts";
import { encodeRequest, requestInfo } from "#protocol/install/certificateRequest.ts";
import { openBudgetKey, sealBudgetKey } from "#protocol/install/sealedKey.ts";
import { encodeVoucher, parseVoucher, verifyVoucher } from "#protocol/install/voucher.ts";
import golden from "#protocol/vectors/install/voucher.json" with { type: "json" };
import { phoneKey } from "#simulator/holderKey.ts";
import { BUDGET_KEY, installer, installerKey, SEALING_KEY, SEALING_SECRET, voucherOf, voucherText } from "#test/install/people.ts";
import { bitFlips, codeOf } from "#test/pass/flips.ts";

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, "hex"));
const hex = (data: Uint8Array) => Buffer.from(data).toString("hex");

describe("the golden voucher", () => {
  const key = vouchedFor({ algorithm: "ed25519" as const, publicKey: bytes(golden.installerPublicKeyHex) });

  test("says what stands beside it", () => {
    const voucher = verifyVoucher(parseVoucher(golden.text), key);
    expect({ installer: voucher.installer, device: voucher.device, uid: voucher.uid }).toEqual({
      installer: golden.installer,
      device: golden.device,
      uid: golden.uid,
    });
    expect([voucher.issue, voucher.issuedS]).toEqual([golden.issue, golden.issuedS]);
    expect(hex(voucher.publicKey)).toBe(golden.publicKeyHex);
    expect(hex(voucher.proof)).toBe(golden.proofHex);
    expect(hex(voucher.sealedBudgetKey)).toBe(golden.sealedBudgetKeyHex);
  });

  test("holds a certificate request that OpenSSL verifies", () => {
    const request = encodeRequest(requestInfo(golden.device, bytes(golden.publicKeyHex)), bytes(golden.proofHex));
    expect(hex(request)).toBe(golden.certificateRequestHex);
    const judged = spawnSync("openssl", ["req", "-inform", "der", "-verify", "-noout", "-subject"], { input: request, encoding: "utf8" });
    expect(judged.stderr).toContain("verify OK");
    expect(judged.stdout.trim().replaceAll(" ", "")).toBe(`subject=CN=${golden.device}`);
  });

  test("gives its budget key to the platform, by the specification's text alone", () => {
    const sealed = Buffer.from(golden.sealedBudgetKeyHex, "hex");
    const der = (prefix: string, raw: Uint8Array) => Buffer.concat([Buffer.from(prefix, "hex"), raw]);
    const own = der("302e020100300506032b656e04220420", bytes(golden.sealingSecretHex));
    const sender = der("302a300506032b656e032100", sealed.subarray(0, 32));
    const shared = diffieHellman({
      privateKey: createPrivateKey({ key: own, format: "der", type: "pkcs8" }),
      publicKey: createPublicKey({ key: sender, format: "der", type: "spki" }),
    });
    const salt = Buffer.concat([sealed.subarray(0, 32), bytes(golden.sealingPublicKeyHex)]);
    const derived = Buffer.from(hkdfSync("sha256", shared, salt, "arcgate-budget-key/1", 44));
    const cipher = createDecipheriv("aes-256-gcm", derived.subarray(0, 32), derived.subarray(32));
    cipher.setAAD(Buffer.concat([Buffer.from(golden.device), bytes(golden.uid)])).setAuthTag(sealed.subarray(64));
    expect(Buffer.concat([cipher.update(sealed.subarray(32, 64)), cipher.final()]).toString("hex")).toBe(golden.budgetKeyHex);
  });

  test("fits a QR code of version 14 at level M", () => {
    const code = QRCode.create([{ data: golden.text, mode: "alphanumeric" }], { errorCorrectionLevel: "M" });
    expect({ characters: golden.text.length, version: code.version }).toEqual({ characters: 487, version: 14 });
  });
});

test("no bit of a voucher can be changed", () => {
  for (const { text } of bitFlips("AG1V:", voucherText())) {
    const code = codeOf(() => verifyVoucher(parseVoucher(text), installerKey));
    expect(code).toMatch(/^pass\.(badCbor|badShape|badHolderSignature)$/);
  }
});

test.each([
  [
    "another installer's",
    () => verifyVoucher(parseVoucher(encodeVoucher(voucherOf(), phoneKey("ed25519", new Uint8Array(32).fill(9)).signer)), installerKey),
    "pass.badHolderSignature",
  ],
  ["a proof for another device", () => verified({ device: "370983ZTEST00000002C", proof: voucherOf().proof }), "provision.badProof"],
  ["a proof by another key", () => verified({ proof: new Uint8Array(64).fill(1) }), "provision.badProof"],
  ["a key that is no point", () => verified({ publicKey: new Uint8Array(33).fill(0xff).with(0, 2) }), "provision.badProof"],
  ["a credential", () => parseVoucher("AG1:0"), "pass.notAPass"],
  ["a text without end", () => parseVoucher(`AG1V:${"0".repeat(2000)}`), "pass.tooLarge"],
])("%s is refused", (_, judge, code) => {
  expect(codeOf(judge)).toBe(code);
});

describe("a sealed budget key", () => {
  const chip = { device: voucherOf().device, uid: voucherOf().uid };
  const sealed = sealBudgetKey(BUDGET_KEY, chip, SEALING_KEY, new Uint8Array(32).fill(3));

  test("is opened by its platform for its chip", () => expect(openBudgetKey(sealed, chip, SEALING_SECRET)).toEqual(BUDGET_KEY));

  test.each([
    ["another platform", () => openBudgetKey(sealed, chip, new Uint8Array(32).fill(4))],
    ["another chip", () => openBudgetKey(sealed, { ...chip, uid: "ff".repeat(12) }, SEALING_SECRET)],
    ["a changed tag", () => openBudgetKey(sealed.with(79, (sealed[79] ?? 0) ^ 1), chip, SEALING_SECRET)],
    ["a sender of order 1", () => openBudgetKey(Uint8Array.from([...new Uint8Array(32), ...sealed.subarray(32)]), chip, SEALING_SECRET)],
    ["nothing", () => openBudgetKey(new Uint8Array(), chip, SEALING_SECRET)],
  ])("not for %s", (_, open) => expect(codeOf(open)).toBe("provision.badSeal"));
});

function verified(changes: Parameters<typeof voucherOf>[0]) {
  return verifyVoucher(parseVoucher(encodeVoucher(voucherOf(changes), installer.signer)), installerKey);
}

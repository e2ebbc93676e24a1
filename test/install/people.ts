/** An installer, a module and a platform for the tests of vouchers; their keys are of no use elsewhere. */
import { vouchedFor } from "#protocol/crypto.ts";
import { requestInfo } from "#protocol/install/certificateRequest.ts";
import { sealBudgetKey } from "#protocol/install/sealedKey.ts";
import { encodeVoucher, type Voucher } from "#protocol/install/voucher.ts";
import { phoneKey } from "#simulator/holderKey.ts";

const DEVICE = "370983ZTEST00000001E";
export const UID = "00112233445566778899aabb";
export const BUDGET_KEY = new Uint8Array(32).fill(0x42);
/** X25519: the golden vectors have its public half. */
export const SEALING_SECRET = new Uint8Array(32).fill(0x11);
export const SEALING_KEY = Uint8Array.from(Buffer.from("7b4e909bbe7ffe44c465a220037d608ee35897d31ef972f07f74892cb0f73f13", "hex"));

export const installer = phoneKey("ed25519", new Uint8Array(32).fill(0x21));
export const installerKey = vouchedFor(installer.holderKey);
const moduleKey = phoneKey("es256", new Uint8Array(32).fill(0x31));

export function voucherOf(changes: Partial<Voucher> = {}): Voucher {
  const device = changes.device ?? DEVICE;
  const uid = changes.uid ?? UID;
  return {
    installer: "a1a2a3a4a5a6a7a8",
    device,
    uid,
    issue: 1_795_305_600,
    issuedS: 1_795_305_600,
    publicKey: moduleKey.holderKey.publicKey,
    proof: moduleKey.signer.sign(requestInfo(device, moduleKey.holderKey.publicKey)),
    sealedBudgetKey: sealBudgetKey(BUDGET_KEY, { device, uid }, SEALING_KEY, new Uint8Array(32).fill(0x51)),
    ...changes,
  };
}

export function voucherText(changes: Partial<Voucher> = {}): string {
  return encodeVoucher(voucherOf(changes), installer.signer);
}

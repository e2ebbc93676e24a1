import type { ErrorTable } from "#protocol/errors/table.ts";

/** An inspector checks a machine's last receipt. */
export const RECEIPT_ERRORS = {
  "receipt.damaged": {
    en: "This is no receipt of a machine, or not a whole one",
    zh: "这不是焊机的授权凭据，或内容不完整",
    remedyEn: "Scan the receipt on the machine's page again",
    remedyZh: "请重新扫描焊机页面上的凭据二维码",
  },
  "receipt.unknownKey": {
    en: "Nobody who is trusted here vouches for the machine's key",
    zh: "焊机的密钥没有受信任的平台证明",
    remedyEn: "Use this province's trust file; for a machine that was never on line give its public key with --key",
    remedyZh: "请使用本省平台的信任文件；从未联网的焊机请用 --key 指定其公钥",
  },
  "receipt.badSignature": {
    en: "The receipt was not signed by this machine as it stands here",
    zh: "凭据签名无效：不是该焊机签发，或内容被改动",
    remedyEn: "Scan it again; if it stays so the receipt is forged: secure the machine and report it",
    remedyZh: "请重新扫描；如仍无效，凭据系伪造，请封存设备并上报",
  },
  "receipt.otherDevice": {
    en: "The receipt names another machine than the key that vouches for it",
    zh: "凭据中的设备编码与密钥证明不符",
    remedyEn: "The receipt was put together from two machines: secure the machine and report it",
    remedyZh: "凭据由两台设备拼凑而成，请封存设备并上报",
  },
} as const satisfies ErrorTable;

import type { ErrorTable } from "#protocol/errors/table.ts";

/** An inspector checks a machine's last receipt, a platform every one that arrives. */
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
  "receipt.missing": {
    en: "A decision came without its receipt",
    zh: "授权记录缺少签名凭据",
    remedyEn: "The record was not made by an agent in good order: inspect the device",
    remedyZh: "该记录不是正常的终端程序生成的，请检查设备",
  },
  "receipt.otherRecord": {
    en: "The receipt says something else than the record that carries it",
    zh: "凭据与所在记录内容不一致",
    remedyEn: "The record was changed or put together after it was signed: inspect the device",
    remedyZh: "记录在签名后被改动或拼凑，请检查设备",
  },
  "receipt.unknownVersion": {
    en: "The receipt names a list or policy that the platform never issued",
    zh: "凭据所依据的名单或策略版本并非本平台签发",
    remedyEn: "Find out where the device had that list or policy from; compare its trust file",
    remedyZh: "请查明设备名单或策略的来源，并核对其信任文件",
  },
} as const satisfies ErrorTable;

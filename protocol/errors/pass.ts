import type { ErrorTable } from "#protocol/errors/table.ts";

const SHOW_AGAIN = {
  remedyEn: "Open the pass on the phone again and scan it",
  remedyZh: "请在手机上重新打开凭证二维码再扫",
} as const;

export const PASS_ERRORS = {
  "pass.tooLarge": { en: "The scanned text is too long for a pass", zh: "扫描内容过长，不是有效凭证", ...SHOW_AGAIN },
  "pass.notAPass": { en: "The scanned code is not a welder's pass", zh: "该二维码不是焊工凭证", ...SHOW_AGAIN },
  "pass.badBase45": { en: "The pass is damaged: not base45", zh: "凭证内容损坏（base45 错误）", ...SHOW_AGAIN },
  "pass.badCbor": { en: "The pass is damaged: not deterministic CBOR", zh: "凭证内容损坏（CBOR 错误）", ...SHOW_AGAIN },
  "pass.badShape": {
    en: "The pass has not the members that the format demands",
    zh: "凭证内容不符合格式",
    remedyEn: "Update the phone's application and open the pass again",
    remedyZh: "请升级手机程序后重新打开凭证",
  },
  "pass.unknownKey": {
    en: "The pass is signed with a key that this device does not trust",
    zh: "凭证的签发机构不受信任",
    remedyEn: "Have the pass issued by this province's platform; the installer checks the device's keys",
    remedyZh: "请到本省平台申领凭证；安装人员请检查设备密钥",
  },
  "pass.badSignature": {
    en: "The pass is forged or damaged",
    zh: "凭证签名无效，可能是伪造",
    remedyEn: "Open your own pass on the phone again; a forged pass is reported",
    remedyZh: "请重新打开本人的凭证；伪造凭证会被上报",
  },
} as const satisfies ErrorTable;

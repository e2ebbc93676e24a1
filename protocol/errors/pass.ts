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
  "pass.bareCredential": {
    en: "A certificate alone starts nothing: it may be a photograph",
    zh: "仅出示证书不能开机（可能是截图）",
    remedyEn: "Scan the code on the machine's display or page with your own phone",
    remedyZh: "请用本人手机扫描焊机屏幕或网页上的验证码",
  },
  "pass.otherMachine": {
    en: "The code was made for another machine",
    zh: "该二维码是给另一台焊机的",
    remedyEn: "Scan this machine's own code",
    remedyZh: "请扫描本机的验证码",
  },
  "pass.replayed": {
    en: "The code was used before",
    zh: "该二维码已使用过",
    remedyEn: "Scan the machine's new code; each is good for one start",
    remedyZh: "请重新扫描本机的新验证码；每个码只能用一次",
  },
  "pass.staleChallenge": {
    en: "The code is out of date",
    zh: "该二维码已失效（超过 30 秒或设备已重启）",
    remedyEn: "Scan the machine's present code and answer within 30 seconds",
    remedyZh: "请扫描本机当前的验证码，并在 30 秒内完成",
  },
  "pass.badHolderSignature": {
    en: "The phone is not the one that this certificate belongs to",
    zh: "此手机不是该证书本人的手机",
    remedyEn: "Use your own phone; a new phone must be registered at the platform first",
    remedyZh: "请使用本人手机；更换手机须先在平台登记",
  },
  "pass.grantExpired": {
    en: "The platform's grant came too late",
    zh: "平台授权已过期",
    remedyEn: "Scan the machine's sticker again",
    remedyZh: "请重新扫描焊机铭牌二维码",
  },
  "pass.grantNotYetValid": {
    en: "The platform's grant is not valid yet",
    zh: "平台授权尚未生效",
    remedyEn: "Wait a moment and scan the machine's sticker again; the installer checks the platform's clock",
    remedyZh: "请稍候重新扫描铭牌二维码；安装人员请检查平台时钟",
  },
  "pass.tooOften": {
    en: "Too many attempts from this phone",
    zh: "该手机尝试次数过多",
    remedyEn: "Wait a few seconds and scan again",
    remedyZh: "请等待几秒后再扫码",
  },
} as const satisfies ErrorTable;

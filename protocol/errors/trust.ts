import type { ErrorTable } from "#protocol/errors/table.ts";

export const TRUST_ERRORS = {
  "trust.badKey": {
    en: "A trusted key cannot be used",
    zh: "信任密钥不可用",
    remedyEn: "Correct the trust file: pinned roots and first keyset, public keys as base64 of DER SPKI",
    remedyZh: "请修改信任文件：内置根密钥与首个密钥集，公钥为 DER SPKI 的 base64",
  },
  "trust.badKeyset": {
    en: "A keyset is not what the format allows",
    zh: "密钥集不符合格式",
    remedyEn: "The platform must issue the keyset again; the keys in force stay",
    remedyZh: "请平台重新签发密钥集；现用密钥保持不变",
  },
  "trust.oldKeyset": {
    en: "A keyset is older than the one that was in force",
    zh: "密钥集比曾用的旧",
    remedyEn: "Connect the device to the platform so that it fetches the newest keyset",
    remedyZh: "请让设备联网，以便下载最新密钥集",
  },
  "trust.retiredRoot": {
    en: "A keyset is signed with a root key that was retired",
    zh: "密钥集由已停用的根密钥签发",
    remedyEn: "The keys in force stay; report it, for somebody may have the old root key",
    remedyZh: "现用密钥保持不变；旧根密钥可能已泄露，请上报",
  },
  "trust.unknownKey": {
    en: "A message is signed with a key that this device does not trust for it",
    zh: "消息的签名密钥不受信任",
    remedyEn: "Install the platform's present keys, or check that the device is bound to the right platform",
    remedyZh: "请安装平台的现行密钥，或检查设备绑定的平台是否正确",
  },
  "trust.badSignature": {
    en: "A message's signature does not fit its content",
    zh: "消息签名无效",
    remedyEn: "The message is ignored; report it if it goes on, for somebody may forge messages",
    remedyZh: "该消息已忽略；如持续出现，可能有人伪造消息，请上报",
  },
  "trust.otherDevice": {
    en: "A message was made for another device",
    zh: "消息不是发给本机的",
    remedyEn: "The message is ignored; check that device codes are not used twice",
    remedyZh: "该消息已忽略；请检查设备编码是否重复使用",
  },
  "trust.staleNonce": {
    en: "A time reply answers another question",
    zh: "校时应答与请求不符",
    remedyEn: "The reply is ignored and the time is asked again",
    remedyZh: "该应答已忽略，程序会重新校时",
  },
  "trust.staleCommand": {
    en: "A command from the platform came too late",
    zh: "平台指令已过期",
    remedyEn: "Nothing was done; give the command again",
    remedyZh: "指令未执行；请重新下发",
  },
} as const satisfies ErrorTable;

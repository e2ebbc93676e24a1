import type { ErrorTable } from "#protocol/errors/table.ts";

/** Why a policy file is refused. The last good policy stays in force. */
export const POLICY_ERRORS = {
  "policy.tooLarge": {
    en: "The policy is larger than a device takes",
    zh: "管控策略文件过大",
    remedyEn: "The platform must issue a policy of at most 64 KiB: leave out permits that are over",
    remedyZh: "平台下发的策略不得超过 64 KiB：请去掉已结束的作业票",
  },
  "policy.badShape": {
    en: "The policy is not what the format allows",
    zh: "管控策略不符合格式",
    remedyEn: "The platform must issue the policy again; if it stays so, update the software",
    remedyZh: "请平台重新签发策略；如仍出错，请升级程序",
  },
  "policy.badPermit": {
    en: "A hot-work permit in the policy is longer than its level allows, empty, or there twice",
    zh: "策略中的动火作业票超过该级别的最长时限、起止颠倒或重复",
    remedyEn: "Special and first level last 8 h at most, second level 72 h (GB 30871): correct the permit and issue the policy again",
    remedyZh: "特级、一级作业票最长 8 小时，二级最长 72 小时（GB 30871）：请更正后重新签发",
  },
  "policy.unknownKey": {
    en: "The policy is signed with a key that this device does not trust for policies",
    zh: "管控策略的签名密钥不受信任",
    remedyEn: "Install the platform's present keys, or check that the device is bound to the right platform",
    remedyZh: "请安装平台的现行密钥，或检查设备绑定的平台是否正确",
  },
  "policy.badSignature": {
    en: "The policy's signature does not fit its content",
    zh: "管控策略签名无效",
    remedyEn: "The last good policy stays in force; report it if it goes on, for it may be forged",
    remedyZh: "继续执行上一份有效策略；如持续出现，可能是伪造，请上报",
  },
  "policy.otherDevice": {
    en: "The policy was made for another device",
    zh: "管控策略不是发给本机的",
    remedyEn: "The policy is ignored; check that device codes are not used twice",
    remedyZh: "该策略已忽略；请检查设备编码是否重复使用",
  },
  "policy.rollback": {
    en: "The policy is older than the one in force",
    zh: "管控策略比现用的旧",
    remedyEn: "The policy in force stays; the platform must issue a newer version",
    remedyZh: "继续执行现用策略；请平台签发更新的版本",
  },
} as const satisfies ErrorTable;

import type { ErrorTable } from "#protocol/errors/table.ts";

export const LIST_ERRORS = {
  "list.cryptoSelfTest": {
    en: "The cryptographic self-test failed",
    zh: "密码算法自检失败",
    remedyEn: "Nothing is energised: reinstall the software, or use a Node.js whose OpenSSL has SM2 and SM3",
    remedyZh: "设备不会通电：请重新安装程序，或改用带 SM2、SM3 的 Node.js",
  },
  "list.missing": {
    en: "There is no certificate list on this device",
    zh: "本机没有证书名单",
    remedyEn: "Connect the device to the platform once so that it fetches the list",
    remedyZh: "请让设备联网一次，以便下载证书名单",
  },
  "list.badMagic": {
    en: "The file is not a certificate list",
    zh: "该文件不是证书名单",
    remedyEn: "Fetch the list again from the platform",
    remedyZh: "请从平台重新下载证书名单",
  },
  "list.badHeader": {
    en: "The list's header is not what the format allows",
    zh: "证书名单文件头不符合格式",
    remedyEn: "Fetch the list again; if it stays so, update the software",
    remedyZh: "请重新下载名单；如仍出错，请升级程序",
  },
  "list.truncated": {
    en: "The list's file is shorter or longer than its header says",
    zh: "证书名单文件长度不符",
    remedyEn: "Fetch the list again",
    remedyZh: "请重新下载证书名单",
  },
  "list.tooLarge": {
    en: "The list is larger than a device takes",
    zh: "证书名单过大",
    remedyEn: "The platform must issue a list of at most 64 MiB",
    remedyZh: "平台下发的名单不得超过 64 MiB",
  },
  "list.unknownKey": {
    en: "The list is signed with a key that this device does not trust for lists",
    zh: "证书名单的签名密钥不受信任",
    remedyEn: "Install the platform's present keys, or check that the device is bound to the right platform",
    remedyZh: "请安装平台的现行密钥，或检查设备绑定的平台是否正确",
  },
  "list.badSignature": {
    en: "The list's signature does not fit its content",
    zh: "证书名单签名无效",
    remedyEn: "Fetch the list again; report it if it stays so, for it may be forged",
    remedyZh: "请重新下载名单；如仍无效，可能是伪造，请上报",
  },
  "list.badPage": {
    en: "A page of the list was changed after it was signed",
    zh: "证书名单中有一页被改动",
    remedyEn: "Fetch the list again; check the memory card",
    remedyZh: "请重新下载名单，并检查存储卡",
  },
  "list.badEntry": {
    en: "An entry of the list is not what the format allows",
    zh: "证书名单中有不合格式的条目",
    remedyEn: "The platform must issue the list again",
    remedyZh: "请平台重新签发名单",
  },
  "list.unsorted": {
    en: "The list is not in order",
    zh: "证书名单未按顺序排列",
    remedyEn: "The platform must issue the list again",
    remedyZh: "请平台重新签发名单",
  },
  "list.badHandle": {
    en: "A certificate handle is 32 hex digits",
    zh: "证书编号应为 32 位十六进制",
    remedyEn: "Scan a valid pass",
    remedyZh: "请出示有效的凭证二维码",
  },
  "list.rollback": {
    en: "The list is older than the one in force",
    zh: "证书名单比现用的旧",
    remedyEn: "Fetch the newest list from the platform",
    remedyZh: "请从平台下载最新名单",
  },
  "list.belowFloor": {
    en: "The list is older than one that this machine has had in force",
    zh: "证书名单比本机曾用的旧",
    remedyEn: "Connect the device to the platform so that it fetches the newest list",
    remedyZh: "请让设备联网，以便下载最新名单",
  },
  "list.otherBase": {
    en: "The list's changes belong to another base list",
    zh: "名单变更不属于现用的基础名单",
    remedyEn: "Base and changes are fetched together by themselves; until then the list in force stays",
    remedyZh: "程序会自动下载配套的名单；在此之前沿用现有名单",
  },
  "list.noOverlay": {
    en: "A base list came without its changes",
    zh: "基础名单缺少配套的变更",
    remedyEn: "The platform must issue an overlay, empty if need be, with every base; the list in force stays",
    remedyZh: "平台签发基础名单时须同时签发变更（可为空）；现有名单保持不变",
  },
  "list.storage": {
    en: "The disk did not take or give the list",
    zh: "证书名单读写磁盘失败",
    remedyEn: "Free some space, and check the memory card and the folder's owner",
    remedyZh: "请清理空间，并检查存储卡和目录权限",
  },
  "list.badTransfer": {
    en: "The list that arrived is not the one that was announced",
    zh: "收到的名单与平台公布的不一致",
    remedyEn: "It is fetched again by itself; check the network if it stays so",
    remedyZh: "程序会自动重新下载；如仍出错请检查网络",
  },
} as const satisfies ErrorTable;

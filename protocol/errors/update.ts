import type { ErrorTable } from "#protocol/errors/table.ts";

/** Why a release of the program is refused, or was taken back. The release that runs goes on. */
export const UPDATE_ERRORS = {
  "update.missing": {
    en: "The release cannot be read",
    zh: "无法读取升级包",
    remedyEn: "Give an existing file with --file",
    remedyZh: "请用 --file 指定存在的升级包",
  },
  "update.tooLarge": {
    en: "The release is larger than a device takes",
    zh: "升级包过大",
    remedyEn: "A release has at most 8 MiB: whoever made it must make it again",
    remedyZh: "升级包不得超过 8 MiB：请重新制作",
  },
  "update.badShape": {
    en: "The release is not what the format allows",
    zh: "升级包不符合格式",
    remedyEn: "Copy the file again; if it stays so, whoever made the release must make it again",
    remedyZh: "请重新复制升级包；如仍出错，请重新制作",
  },
  "update.otherTarget": {
    en: "The release is for something else: a module's program and a chip's firmware are two things",
    zh: "升级包用途不符：模块程序与芯片固件不可混用",
    remedyEn: "Give the module's program to `arcgate update`, and the chip's firmware to `npm run flash`, for the part that is there",
    remedyZh: "模块程序用 `arcgate update`，芯片固件用 `npm run flash`，且须与芯片型号相符",
  },
  "update.unknownKey": {
    en: "The release is signed with a key that this device does not trust for releases",
    zh: "升级包的签名密钥不受信任",
    remedyEn: "Install the platform's present keys, or check that the device is bound to the right platform",
    remedyZh: "请安装平台的现行密钥，或检查设备绑定的平台是否正确",
  },
  "update.badSignature": {
    en: "The release's signature does not fit its content",
    zh: "升级包签名无效",
    remedyEn: "Copy the file again; report it if it stays so, for it may be forged",
    remedyZh: "请重新复制升级包；如仍无效，可能是伪造，请上报",
  },
  "update.badContent": {
    en: "A file of the release was changed after it was signed",
    zh: "升级包中的文件被改动",
    remedyEn: "Copy the file again, and check the card",
    remedyZh: "请重新复制升级包，并检查存储卡",
  },
  "update.older": {
    en: "The release is not newer than the one that runs, or than one that failed here",
    zh: "升级包不比现用版本或曾升级失败的版本新",
    remedyEn: "The program that runs stays; take a newer release",
    remedyZh: "继续使用现用版本；请使用更新的升级包",
  },
  "update.otherJournal": {
    en: "The release keeps its journal in another format, so that it could not be taken back",
    zh: "升级包的日志格式不同，升级后无法回退",
    remedyEn: "Such a release is installed by hand, with the machine at rest",
    remedyZh: "此类版本须在焊机停用时人工安装",
  },
  "update.notStarted": {
    en: "The release did not come to work in three attempts, and was taken back",
    zh: "新版本三次启动均未能正常工作，已回退",
    remedyEn: "The release before runs on; report the program's log, and wait for a newer release",
    remedyZh: "已恢复原版本；请上报程序日志，并等待更新的升级包",
  },
  "update.storage": {
    en: "The disk did not take or give the release",
    zh: "升级包读写磁盘失败",
    remedyEn: "Free some space, check the card and the folder's rights, and stage the release again",
    remedyZh: "请清理空间，检查存储卡和目录权限，再重新升级",
  },
} as const satisfies ErrorTable;

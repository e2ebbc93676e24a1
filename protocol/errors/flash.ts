import type { ErrorTable } from "#protocol/errors/table.ts";

export const FLASH_ERRORS = {
  "flash.noPort": {
    en: "The serial port cannot be opened",
    zh: "串口无法打开",
    remedyEn: "Check the adapter and the port's name, stop the program that uses it, or join the group dialout",
    remedyZh: "请检查转换器和串口名称；关闭占用该串口的程序；或将本用户加入 dialout 组",
  },
  "flash.lineLost": {
    en: "The cable went away while the chip was being written",
    zh: "烧录过程中串口断开",
    remedyEn: "Plug the cable in again and run the same command: it goes on where it was",
    remedyZh: "请重新插好线缆，再次运行同一命令，程序会从中断处继续",
  },
  "flash.noAnswer": {
    en: "No chip answers in bootloader mode",
    zh: "芯片没有进入引导模式或没有应答",
    remedyEn: "Set BOOT0, power the chip anew, and check that TX and RX are not swapped",
    remedyZh: "请短接 BOOT0 后重新上电，并检查 TX、RX 是否接反",
  },
  "flash.badAnswer": {
    en: "The chip's answer is not what its bootloader may say",
    zh: "芯片应答不符合引导协议",
    remedyEn: "Choose a lower baud, shorten the cable, and check that it is a UART and not an RS-485 bus with other devices",
    remedyZh: "请降低波特率、缩短线缆，并确认所接为串口（UART）而非挂有其他设备的 RS-485 总线",
  },
  "flash.refused": {
    en: "The chip's bootloader refuses the command",
    zh: "芯片引导程序拒绝了该命令",
    remedyEn: "Run the same command again; if it stays so the chip is write-protected or broken",
    remedyZh: "请再次运行同一命令；如仍被拒绝，芯片已写保护或已损坏",
  },
  "flash.unknownPart": {
    en: "The chip is not one that firmware is made for",
    zh: "该芯片型号不受支持",
    remedyEn: "Compare the part's marking with the list in protocol/README.md, Bootloader",
    remedyZh: "请将芯片丝印与 protocol/README.md “Bootloader” 一节的型号表核对",
  },
  "flash.readProtected": {
    en: "The chip is read-protected: it carries firmware already",
    zh: "芯片已读保护：其中已有固件",
    remedyEn: "Taking the protection off erases it, its keys included: add --erase-protected if that is wanted",
    remedyZh: "解除保护会擦除全部内容（包括密钥）；确需重刷请加 --erase-protected",
  },
  "flash.badOption": {
    en: "The flasher cannot start with this option",
    zh: "烧录命令的参数有误",
    remedyEn: "Run `npm run flash -- --help` and correct the option named",
    remedyZh: "请运行 `npm run flash -- --help`，修改所指出的参数",
  },
  "flash.badFirmware": {
    en: "The firmware's content is not what a chip can start",
    zh: "固件内容不是芯片可启动的程序",
    remedyEn: "Whoever made the release must make it again: the firmware names another version, or is larger than the part's flash",
    remedyZh: "请重新制作固件包：其中版本号不一致，或超出芯片容量",
  },
  "flash.older": {
    en: "The chip runs newer firmware already",
    zh: "芯片中的固件比要烧录的新",
    remedyEn: "Take the newest release; an older one is refused, for its faults are known",
    remedyZh: "请使用最新的固件包；旧固件一律拒绝",
  },
  "flash.verifyFailed": {
    en: "What was read back is not what was written",
    zh: "回读校验不一致",
    remedyEn: "Run the same command again; if the same page fails again the chip is worn out: take another",
    remedyZh: "请再次运行同一命令；若同一页仍失败，芯片已损坏，请更换",
  },
} as const satisfies ErrorTable;

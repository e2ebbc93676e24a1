import type { ErrorTable } from "#protocol/errors/table.ts";

export const INSTALL_ERRORS = {
  "install.badJob": {
    en: "The machine's record of installation steps cannot be read",
    zh: "该焊机的安装记录无法读取",
    remedyEn: "Name another folder, or move job.jsonl away and begin anew: the chip is recognised by what it holds",
    remedyZh: "请换一个文件夹，或移走 job.jsonl 后重新开始：程序会按芯片中的内容识别",
  },
} as const satisfies ErrorTable;

import type { ErrorTable } from "#protocol/errors/table.ts";

export const INSTALL_ERRORS = {
  "install.badJob": {
    en: "The machine's record of installation steps cannot be read",
    zh: "该焊机的安装记录无法读取",
    remedyEn: "Name another folder, or move job.jsonl away and begin anew: the chip is recognised by what it holds",
    remedyZh: "请换一个文件夹，或移走 job.jsonl 后重新开始：程序会按芯片中的内容识别",
  },
  "install.badList": {
    en: "The list of machines has a fault; nothing was begun",
    zh: "焊机清单有误，尚未开始安装",
    remedyEn: "Correct the line and column named; `arcgate-install batch --help` shows an example",
    remedyZh: "请改正所指出的行和列；`arcgate-install batch --help` 有示例",
  },
  "install.badOption": {
    en: "The installation cannot start with this option",
    zh: "安装命令的参数有误",
    remedyEn: "Run the command with --help and correct the option named",
    remedyZh: "请加 --help 查看说明，修改所指出的参数",
  },
  "install.benchFirst": {
    en: "The machine has not been through the bench stage",
    zh: "该焊机尚未完成工作台阶段（烧录、赋码、标签）",
    remedyEn: "Run the same command with `--stage bench` and the chip on the bench, mount it, then go on with `--stage site`",
    remedyZh: "请先将芯片接在工作台上以 `--stage bench` 运行同一命令，装回后再以 `--stage site` 继续",
  },
  "install.jigLost": {
    en: "The jig cannot be reached, or does not answer",
    zh: "工装无法连接或没有应答",
    remedyEn: "Check that the jig runs and the socket's path, then run the same command again",
    remedyZh: "请检查工装是否运行、套接字路径是否正确，然后再次运行同一命令",
  },
  "install.jigRefused": {
    en: "The jig cannot do what it was asked",
    zh: "工装无法完成所要求的操作",
    remedyEn: "Look at the reason; check that the machine stands at the port named, then run the same command again",
    remedyZh: "请查看原因，确认该串口上有焊机，然后再次运行同一命令",
  },
  "install.nobody": {
    en: "Somebody's hands are needed, and nobody sits at the terminal",
    zh: "此步骤需要人工操作，但当前没有操作终端",
    remedyEn: "Run the command at a terminal, or name a jig with --jig",
    remedyZh: "请在终端中运行，或用 --jig 指定工装",
  },
  "install.notPassed": {
    en: "The machine did not pass its commissioning",
    zh: "焊机未通过投用自检",
    remedyEn: "Mend what the report names, and run the same command again: only what is missing is repeated",
    remedyZh: "请按报告逐项整改后再次运行同一命令，只会重做未通过的项目",
  },
  "install.stopped": {
    en: "The installation was stopped",
    zh: "安装已被中止",
    remedyEn: "Run the same command again: it goes on where it was",
    remedyZh: "再次运行同一命令即可从中断处继续",
  },
  "install.otherModule": {
    en: "The machine's folder has the key of another module",
    zh: "该焊机文件夹中的密钥属于另一个模块",
    remedyEn: "Restore the list's `module` for this machine; a chip that is to move gets a folder of another name and is provisioned anew",
    remedyZh: "请将清单中该焊机的 `module` 恢复原值；要换模块，请换一个焊机名称并重新赋码",
  },
  "install.otherOrder": {
    en: "The machine's folder belongs to another order",
    zh: "该文件夹属于另一份安装单",
    remedyEn: "Give the machine another name, or restore the row of the list to what it was",
    remedyZh: "请更换焊机名称，或将清单该行恢复为原内容",
  },
} as const satisfies ErrorTable;

import type { ErrorTable } from "#protocol/errors/table.ts";

export const COMMISSION_ERRORS = {
  "commission.badOption": {
    en: "The commissioning cannot start with this option",
    zh: "调试命令的参数有误",
    remedyEn: "Run `arcgate-install commission --help` and correct the option named",
    remedyZh: "请运行 `arcgate-install commission --help`，修改所指出的参数",
  },
  "commission.badFolder": {
    en: "The folder holds no machine that can be commissioned",
    zh: "文件夹中没有可调试的焊机",
    remedyEn:
      "Name the folder with arcgate.yaml, and with --device which of its machines; a machine of bought meters and relays has no chip to prove",
    remedyZh: "请指定 arcgate.yaml 所在的文件夹，多台焊机时用 --device 选择；外购电表和继电器的焊机没有芯片，不能调试",
  },
  "commission.noSigner": {
    en: "Nobody is there to sign the report",
    zh: "没有可以签署报告的密钥",
    remedyEn: "Give --installer FILE, as the platform issued it, or let the agent run once so that the module has a key of its own",
    remedyZh: "请用 --installer 指定平台发给您的安装人员文件，或先运行一次焊闸程序，使模块生成自己的密钥",
  },
  "commission.agentFailed": {
    en: "The agent does not start, or ended by itself",
    zh: "焊闸程序没有启动或自行退出",
    remedyEn: "Run `arcgate doctor --config arcgate.yaml` and do what it says",
    remedyZh: "请运行 `arcgate doctor --config arcgate.yaml`，按其提示处理",
  },
  "commission.stopped": {
    en: "The commissioning was stopped",
    zh: "调试被中止",
    remedyEn: "The contactor was ordered open, and opens by itself within 3 s in any case; run the same command again to go on",
    remedyZh: "已命令接触器断开，且其最迟 3 秒内自行断开；再次运行同一命令即可继续",
  },
  "commission.badReport": {
    en: "The commissioning report is damaged or not one",
    zh: "调试报告已损坏或不是调试报告",
    remedyEn: "Take commission.json of the machine's folder as it is, or commission again",
    remedyZh: "请使用焊机文件夹中未经改动的 commission.json，或重新调试",
  },
  "commission.otherMachine": {
    en: "The report is of another machine or chip than it is handed in for",
    zh: "报告属于另一台焊机或另一块芯片",
    remedyEn: "Commission this machine again: a chip that was replaced needs a report of its own",
    remedyZh: "请对本机重新自检：更换芯片后须重新出具报告",
  },
  "commission.notPassed": {
    en: "Only a machine that passed is commissioned",
    zh: "只有自检合格的焊机才能登记投用",
    remedyEn: "Mend what the report names, and run the commissioning again",
    remedyZh: "请按报告逐项整改后重新自检",
  },
  "commission.unknownSigner": {
    en: "The report is signed by somebody who is not known",
    zh: "报告的签署人不在信任名单中",
    remedyEn: "Ask the platform for this installer's public key, and name the file with --trust",
    remedyZh: "请向平台索取该安装人员的公钥，并用 --trust 指定该文件",
  },
  "commission.badSignature": {
    en: "The report was changed after it was signed",
    zh: "报告在签署后被改动",
    remedyEn: "Do not believe it: commission the machine again",
    remedyZh: "该报告不可信，请重新调试该焊机",
  },
} as const satisfies ErrorTable;

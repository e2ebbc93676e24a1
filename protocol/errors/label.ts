import type { ErrorTable } from "#protocol/errors/table.ts";

export const LABEL_ERRORS = {
  "label.badFact": {
    en: "The label cannot carry this",
    zh: "标签内容有误",
    remedyEn: "Correct the fact named: uid is 24 hex digits, hotline a telephone number, platform a host name, designation a short text",
    remedyZh: "请修改所指出的内容：芯片号为 24 位十六进制数，服务热线为电话号码，平台为域名，型号为短文本",
  },
  "label.badSheet": {
    en: "The list of labels has a fault; nothing was printed",
    zh: "标签清单有误，未生成任何标签",
    remedyEn: "Correct the lines named: `arcgate-install label --help` shows the columns",
    remedyZh: "请修改所指出的行；各列见 `arcgate-install label --help`",
  },
  "label.badOption": {
    en: "Labels cannot be made with this option",
    zh: "标签命令的参数有误",
    remedyEn: "Run `arcgate-install label --help` and correct the option named",
    remedyZh: "请运行 `arcgate-install label --help`，修改所指出的参数",
  },
  "label.notWritten": {
    en: "The label cannot be written",
    zh: "标签文件无法写入",
    remedyEn: "Check that the folder may be written and that its disk has room, or name another with --out",
    remedyZh: "请检查文件夹权限和磁盘空间，或用 --out 指定其他文件夹",
  },
  "label.noFont": {
    en: "The Chinese font for PDF is not installed",
    zh: "缺少生成 PDF 所需的中文字体",
    remedyEn: "On a module install the package arcgate-fonts; from the sources run `npm ci`, the font is @embedpdf/fonts-sc",
    remedyZh: "模块上请安装软件包 arcgate-fonts；源码目录请运行 `npm ci`（字体包 @embedpdf/fonts-sc）",
  },
} as const satisfies ErrorTable;

import type { ErrorTable } from "#protocol/errors/table.ts";

export const JOURNAL_ERRORS = {
  "journal.badEvent": {
    en: "The event cannot be journalled as it is",
    zh: "该事件无法写入日志",
    remedyEn: "A fault in the program: report it with the detail; nothing was written and nothing was lost",
    remedyZh: "程序错误，请把详细信息报告给厂家；本次未写入，已有记录不受影响",
  },
  "journal.badCheckpoint": {
    en: "A machine's state cannot be stored as JSON",
    zh: "设备状态无法保存",
    remedyEn: "A fault in the program: report it with the detail",
    remedyZh: "程序错误，请把详细信息报告给厂家",
  },
  "journal.telemetryFull": {
    en: "The journal is nearly full: telemetry is refused, legal events are still kept",
    zh: "日志空间将满：暂停保存遥测，法定记录仍然保存",
    remedyEn: "Restore the connection to the platform, or raise the journal's quota",
    remedyZh: "请恢复与平台的连接，或增大日志容量",
  },
  "journal.full": {
    en: "The journal or its disk is full",
    zh: "日志或磁盘空间已满",
    remedyEn: "Restore the connection to the platform so that it drains, or free space on the card",
    remedyZh: "请恢复与平台的连接以便上传清空，或清理存储卡空间",
  },
  "journal.corrupt": {
    en: "The journal's file is damaged",
    zh: "日志文件已损坏",
    remedyEn: "Keep the file as evidence, move it away and start again: a new chain begins",
    remedyZh: "请保留该文件备查，移走后重新启动，将开始新的记录链",
  },
  "journal.notDurable": {
    en: "The disk does not promise to keep what is written",
    zh: "磁盘写入无法保证持久",
    remedyEn: "Check the card and its file system, then restart the agent",
    remedyZh: "请检查存储卡和文件系统，然后重启程序",
  },
  "journal.inUse": {
    en: "Another process writes the same journal",
    zh: "另一个进程正在写同一日志",
    remedyEn: "Stop the other agent: one journal belongs to one process",
    remedyZh: "请停止另一个程序：一个日志只能由一个进程使用",
  },
  "journal.busy": {
    en: "Another program holds the journal's file locked",
    zh: "日志文件被其他程序锁定",
    remedyEn: "Close the program that has the file open; writing is tried again",
    remedyZh: "请关闭正在打开该文件的程序；程序会重试",
  },
  "journal.cannotOpen": {
    en: "The journal's file cannot be opened",
    zh: "无法打开日志文件",
    remedyEn: "Check that the folder of the journal exists and that the agent may write there",
    remedyZh: "请检查日志目录是否存在以及程序是否有写权限",
  },
  "journal.wrongVersion": {
    en: "The file is no journal of this version",
    zh: "日志文件版本不符",
    remedyEn: "Use the version of the agent that wrote it, or another file",
    remedyZh: "请使用写入该日志的程序版本，或更换日志文件",
  },
  "journal.badAck": {
    en: "An acknowledgement goes beyond what the journal holds",
    zh: "确认序号超出日志范围",
    remedyEn: "The journal's file was replaced by an older one, or the platform is in error: compare both ends",
    remedyZh: "日志文件可能被旧文件替换，或平台有误，请核对两端",
  },
  "journal.forgotten": {
    en: "The rows asked for were deleted after the platform had confirmed them",
    zh: "所需记录在平台确认后已删除",
    remedyEn: "Restore them at the platform from its backup",
    remedyZh: "请在平台侧从备份恢复",
  },
} as const satisfies ErrorTable;

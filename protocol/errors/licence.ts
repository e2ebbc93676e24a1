import type { ErrorTable } from "#protocol/errors/table.ts";

/** Why a scan is refused. `zh` is what the welder reads; the remedy is what to do now. */
export const LICENCE_ERRORS = {
  "licence.badCredential": {
    en: "The code is not a valid certificate",
    zh: "二维码不是有效证书",
    remedyEn: "Open the certificate in the app again and scan it",
    remedyZh: "请在手机上重新打开证书再扫码",
  },
  "licence.noList": {
    en: "This machine has no certificate list yet",
    zh: "本机尚无证书名单",
    remedyEn: "Bring the module on line once, or call the hotline",
    remedyZh: "请让模块联网一次，或拨打服务热线",
  },
  "licence.unknownCertificate": {
    en: "The certificate is not in the province's list",
    zh: "证书不在全省名单中",
    remedyEn: "Only certified welders may start; a new certificate needs the next list",
    remedyZh: "持证焊工方可开机；新领证请等待名单更新",
  },
  "licence.suspended": {
    en: "The certificate is suspended",
    zh: "证书已被暂停或吊销",
    remedyEn: "Ask the authority that issued it",
    remedyZh: "请联系发证机关",
  },
  "licence.notYetValid": {
    en: "The certificate is not valid yet",
    zh: "证书尚未生效",
    remedyEn: "Wait for its first day",
    remedyZh: "请在生效日期后使用",
  },
  "licence.expired": {
    en: "The certificate has expired",
    zh: "证书已过期",
    remedyEn: "Renew the certificate before welding",
    remedyZh: "请先办理换证再作业",
  },
  "licence.reviewOverdue": {
    en: "The certificate's review is overdue",
    zh: "证书已过复审日期",
    remedyEn: "Have the certificate reviewed before welding",
    remedyZh: "请先办理复审再作业",
  },
  "licence.wrongCategory": {
    en: "The certificate's category does not cover this machine",
    zh: "证书的作业类别与本机不符",
    remedyEn: "Fusion welding and thermal cutting (2.1) is required",
    remedyZh: "需要“熔化焊接与热切割”（2.1）作业证",
  },
  "licence.wrongMachine": {
    en: "The code is for another machine",
    zh: "此码属于另一台焊机",
    remedyEn: "Scan the code on this machine",
    remedyZh: "请扫描本机上的二维码",
  },
  "licence.machineRetired": {
    en: "This machine has been taken out of service",
    zh: "本机已停用",
    remedyEn: "Use another machine",
    remedyZh: "请使用其他焊机",
  },
  "licence.machineUnreachable": {
    en: "The machine's chip does not answer",
    zh: "焊机芯片无应答",
    remedyEn: "Check the chip's power and cable, or call the hotline",
    remedyZh: "请检查芯片电源和接线，或拨打服务热线",
  },
  "licence.machineFaulted": {
    en: "The machine is locked by a fault",
    zh: "焊机因故障被锁定",
    remedyEn: "Release the e-stop, close the enclosure, or call the hotline",
    remedyZh: "请松开急停、关好外壳，或拨打服务热线",
  },
  "licence.machineBusy": {
    en: "Somebody is welding on this machine",
    zh: "本机正在焊接",
    remedyEn: "Scan again when the arc is out",
    remedyZh: "请在熄弧后再扫码",
  },
  "licence.journalFull": {
    en: "The journal is full",
    zh: "记录存储已满",
    remedyEn: "Bring the module on line so that it can deliver its records",
    remedyZh: "请让模块联网上传记录后再开机",
  },
} as const satisfies ErrorTable;

export type DenialCode = keyof typeof LICENCE_ERRORS;

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
    remedyEn: "Arc welding needs fusion welding and thermal cutting (2.1); use the certificate that the machine's label names",
    remedyZh: "电弧焊需要“熔化焊接与热切割”（2.1）作业证；请出示与本机相符的证书",
  },
  "licence.wrongMachine": {
    en: "The code is for another machine",
    zh: "此码属于另一台焊机",
    remedyEn: "Scan the code on this machine",
    remedyZh: "请扫描本机上的二维码",
  },
  "licence.listStale": {
    en: "The certificate list is too old",
    zh: "证书名单太旧",
    remedyEn: "Bring the module on line once so that it fetches the list, then scan again",
    remedyZh: "请让模块联网一次更新名单，再扫码",
  },
  "licence.timeUnknown": {
    en: "The machine does not know the time",
    zh: "本机时间未确认",
    remedyEn: "Bring the module on line once so that it learns the time, then scan again",
    remedyZh: "请让模块联网一次完成校时，再扫码",
  },
  "licence.usedOnce": {
    en: "The new certificate has been used once already, and the list does not have it yet",
    zh: "新证书已临时使用过一次，名单尚未更新",
    remedyEn: "Bring the module on line once so that it fetches the list, then scan again",
    remedyZh: "请让模块联网一次更新名单，再扫码",
  },
  "licence.notBound": {
    en: "This machine is bound to other welders",
    zh: "本机已绑定其他焊工（人机匹配）",
    remedyEn: "Use your own machine, or have the unit bind you to this one on the platform",
    remedyZh: "请使用与本人绑定的焊机，或由单位在平台上办理绑定",
  },
  "licence.lentToOther": {
    en: "This machine is on loan or rent to somebody else",
    zh: "本机已出借或出租给他人",
    remedyEn: "Have the loan or rental recorded on the platform in your name",
    remedyZh: "请先在平台上登记由本人借用或租用",
  },
  "licence.loanOver": {
    en: "The loan or rental of this machine is over",
    zh: "本机借用或租用已到期",
    remedyEn: "Give the machine back, or extend the loan on the platform",
    remedyZh: "请归还焊机，或在平台上办理续借、续租",
  },
  "licence.outOfPlace": {
    en: "The code was shown away from where this machine may work",
    zh: "扫码地点不在本机允许的作业地点",
    remedyEn: "Scan at the machine, where the permit says; or have the place changed on the platform",
    remedyZh: "请在作业票所列地点的焊机旁扫码，或在平台上变更作业地点",
  },
  "licence.placeUnknown": {
    en: "The phone did not say where it is",
    zh: "手机未提供位置",
    remedyEn: "Switch on the phone's location and scan again",
    remedyZh: "请打开手机定位后再扫码",
  },
  "licence.checkListNotRead": {
    en: "The present check-list has not been acknowledged",
    zh: "尚未确认现行的“十不准、九必须”",
    remedyEn: "Read and confirm the check-list in the app, then scan again",
    remedyZh: "请在手机上逐条确认后再扫码",
  },
  "licence.noPermit": {
    en: "There is no hot-work permit for this machine",
    zh: "本机没有动火作业票",
    remedyEn: "Apply for a hot-work permit; the machine starts when it is approved",
    remedyZh: "请先办理动火作业票，批准后再扫码",
  },
  "licence.permitOtherWelder": {
    en: "The hot-work permit names other welders",
    zh: "动火作业票上的焊工不是本人",
    remedyEn: "Have the permit changed to name you, or let the welder it names work",
    remedyZh: "请由票上焊工作业，或变更作业票后再扫码",
  },
  "licence.permitNotBegun": {
    en: "The hot-work permit has not begun",
    zh: "动火作业票尚未到开始时间",
    remedyEn: "Scan again when the permit begins",
    remedyZh: "请在作业票开始时间后再扫码",
  },
  "licence.permitOver": {
    en: "The hot-work permit is over",
    zh: "动火作业票已到期",
    remedyEn: "Have the permit extended or a new one approved, then scan again",
    remedyZh: "请办理延期或新的作业票后再扫码",
  },
  "licence.guardianNeeded": {
    en: "A guardian must scan as well",
    zh: "需要监护人扫码",
    remedyEn: "Let the guardian scan this machine within 5 minutes: it then starts by itself",
    remedyZh: "请监护人在 5 分钟内扫本机二维码，随后自动开机",
  },
  "licence.guardianIsWelder": {
    en: "The welder cannot be the guardian",
    zh: "焊工本人不能兼任监护人",
    remedyEn: "Let another person stand guard and scan",
    remedyZh: "请由另一人监护并扫码",
  },
  "licence.notAGuardian": {
    en: "This person is not a guardian for this work",
    zh: "此人不是本次作业的监护人",
    remedyEn: "Let the guardian scan whom the permit names, or, if it names none, somebody certified",
    remedyZh: "请由作业票上的监护人扫码；票上未列监护人的，由持证人员扫码",
  },
  "licence.policyLost": {
    en: "This machine's policy is missing or was put back",
    zh: "本机管控策略缺失或被回退",
    remedyEn: "Bring the module on line once so that it fetches its policy, then scan again",
    remedyZh: "请让模块联网一次重新下载策略，再扫码",
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
  "licence.offlineBudgetSpent": {
    en: "The machine has been off line for too long: its offline budget is spent",
    zh: "离线时间过长，离线额度已用完",
    remedyEn: "Bring the module on line for a minute; the platform then refills the budget by itself",
    remedyZh: "请让模块联网一分钟，平台会自动恢复额度",
  },
  "licence.journalFull": {
    en: "The journal is full",
    zh: "记录存储已满",
    remedyEn: "Bring the module on line so that it can deliver its records",
    remedyZh: "请让模块联网上传记录后再开机",
  },
} as const satisfies ErrorTable;

export type DenialCode = keyof typeof LICENCE_ERRORS;

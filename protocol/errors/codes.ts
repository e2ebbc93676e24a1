import type { ErrorTable } from "#protocol/errors/table.ts";

export const CODES_ERRORS = {
  "codes.badCharacters": {
    en: "A check cannot be computed over these characters",
    zh: "含有无法计算校验位的字符",
    remedyEn: "Use only the characters that the code allows",
    remedyZh: "请只使用该编码允许的字符",
  },
  "codes.badIdNumber": {
    en: "Not a valid ID number (GB 11643)",
    zh: "身份证号码有误（GB 11643）",
    remedyEn: "Compare all 18 characters with the card and enter them again",
    remedyZh: "请对照证件核对全部 18 位后重新输入",
  },
  "codes.badCreditCode": {
    en: "Not a valid unified social credit code (GB 32100)",
    zh: "统一社会信用代码有误（GB 32100）",
    remedyEn: "Compare all 18 characters with the business licence and enter them again",
    remedyZh: "请对照营业执照核对全部 18 位后重新输入",
  },
  "codes.unknownDivision": {
    en: "Not a county-level division of Shandong (GB/T 2260)",
    zh: "不是山东省的县级行政区划代码（GB/T 2260）",
    remedyEn: "Use the six digits of the county, district or city, such as 370983 for 肥城",
    remedyZh: "请填写县（市、区）的六位代码，例如肥城 370983",
  },
  "codes.divisionNotInForce": {
    en: "The division's code was not in force in that year",
    zh: "该行政区划代码当年未生效或已撤销",
    remedyEn: "Use the code that was in force; a retired code's successor is named beside",
    remedyZh: "请使用当年有效的代码；已撤销的代码见所示的后继代码",
  },
  "codes.badDesignation": {
    en: "Not an arc welding machine's designation (GB/T 10249)",
    zh: "不是电弧焊机型号（GB/T 10249）",
    remedyEn: "Copy the model from the nameplate, in capitals, such as ZX7-400 or NBC-350",
    remedyZh: "请按铭牌填写型号，字母大写，例如 ZX7-400、NBC-350",
  },
  "codes.unknownCategory": {
    en: "Not a work category that is known here",
    zh: "未知的作业类别",
    remedyEn: "Use 2.1, 2.2 or 2.3, or add the portal's number to the profile",
    remedyZh: "请使用 2.1、2.2 或 2.3，或在规范配置中补充该平台的编号",
  },
  "codes.badDeviceCode": {
    en: "Not a device code",
    zh: "设备编码格式有误",
    remedyEn: "Copy the code from the machine's label, in capitals and without spaces",
    remedyZh: "请按焊机标签填写编码，字母大写，不留空格",
  },
  "codes.badDeviceCheck": {
    en: "The device code's check character does not fit: a character is wrong or two are swapped",
    zh: "设备编码校验位不符：有字符填错或颠倒",
    remedyEn: "Compare each character with the machine's label",
    remedyZh: "请对照焊机标签逐位核对",
  },
  "codes.badQr": {
    en: "This QR code is not a machine's",
    zh: "这不是焊机二维码",
    remedyEn: "Scan the QR code on the machine's label",
    remedyZh: "请扫描焊机标签上的二维码",
  },
  "codes.foreignQr": {
    en: "This QR code belongs to another platform",
    zh: "该二维码属于其他平台",
    remedyEn: "Scan the label of this platform, or have the machine labelled again",
    remedyZh: "请扫描本平台的标签，或为焊机重新赋码",
  },
  "codes.badProfile": {
    en: "The profile of the provincial specification is not valid",
    zh: "省级规范配置无效",
    remedyEn: "Correct the place that is named; the schema is in protocol/profile",
    remedyZh: "请修改所指出的位置；格式见 protocol/profile",
  },
} as const satisfies ErrorTable;

import type { ErrorTable } from "#protocol/errors/table.ts";

export const EVENT_ERRORS = {
  "event.tooLarge": {
    en: "The batch is larger than the specification allows",
    zh: "上报批次超过规定大小",
    remedyEn: "Send fewer events in one batch",
    remedyZh: "请减少每批事件数量",
  },
  "event.badDeflate": {
    en: "The batch cannot be inflated",
    zh: "上报批次无法解压",
    remedyEn: "Send plain JSON, or 0x01 and a complete raw deflate stream",
    remedyZh: "请发送纯 JSON，或 0x01 加完整的 raw deflate 数据",
  },
  "event.badJson": {
    en: "The batch is not UTF-8 JSON",
    zh: "上报批次不是 UTF-8 编码的 JSON",
    remedyEn: "Compare the sender with the specification, section Batches",
    remedyZh: "请按规范“批次”一节检查发送端",
  },
  "event.badShape": {
    en: "A member is missing, unknown or out of range",
    zh: "字段缺失、未定义或超出范围",
    remedyEn: "Validate against spec/EventBatch.schema.json",
    remedyZh: "请用 spec/EventBatch.schema.json 校验",
  },
  "event.unknownKind": {
    en: "The dictionary has no such kind",
    zh: "事件字典中没有该编号",
    remedyEn: "Update the receiver's dictionary, or correct the sender",
    remedyZh: "请更新接收端事件字典，或修正发送端",
  },
  "event.badPayload": {
    en: "The payload does not fit its kind",
    zh: "事件内容与编号不符",
    remedyEn: "Validate against the kind's schema in spec/payloads",
    remedyZh: "请用 spec/payloads 中对应的模式校验",
  },
  "event.wrongLane": {
    en: "The kind belongs to the other lane",
    zh: "事件不属于该通道",
    remedyEn: "Send it in the lane that the dictionary names",
    remedyZh: "请按事件字典规定的通道发送",
  },
  "event.payloadMissing": {
    en: "A legal event came without its payload",
    zh: "执法类事件缺少内容",
    remedyEn: "Only telemetry may be thinned: look at the sender's journal",
    remedyZh: "只有遥测数据可以精简，请检查发送端日志库",
  },
  "event.badDigest": {
    en: "The payload is not the one that was digested",
    zh: "事件内容与摘要不一致",
    remedyEn: "The payload was changed after it was journalled: inspect the device",
    remedyZh: "内容在入库后被改动，请检查设备",
  },
  "event.chainBroken": {
    en: "The hash chain does not continue what is held",
    zh: "哈希链与已存记录不衔接",
    remedyEn: "The journal was altered or restored: inspect the device",
    remedyZh: "日志被改动或被还原，请检查设备",
  },
  "event.lost": {
    en: "The device's card lost events before they were delivered",
    zh: "设备存储损坏，部分记录在上传前丢失",
    remedyEn: "The range is on record; replace the card, and look into the file that the device set aside",
    remedyZh: "缺失范围已记录；请更换存储卡，并检查设备保留的损坏文件",
  },
  "event.conflict": {
    en: "Another event with the same number is already held",
    zh: "同一序号已有不同内容的记录",
    remedyEn: "The journal was altered, restored or copied: inspect the device",
    remedyZh: "日志被改动、还原或复制，请检查设备",
  },
  "event.wrongDevice": {
    en: "The batch names another device than its topic",
    zh: "批次中的设备编码与主题不符",
    remedyEn: "Publish each device's events on its own topic",
    remedyZh: "请在各设备自己的主题上报事件",
  },
} as const satisfies ErrorTable;

export type EventErrorCode = keyof typeof EVENT_ERRORS;

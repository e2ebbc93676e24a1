/** What was found, in words: Chinese first. */
import { isTcp } from "#agent/shell/serial/endpoint.ts";
import type { Said } from "#protocol/chip/maps/foreign.ts";
import { explain } from "#protocol/errors/explain.ts";
import type { FoundPart } from "#scripts/install/discover/bootPart.ts";
import type { AllowedClass, FoundDevice } from "#scripts/install/discover/device.ts";
import { lineName } from "#scripts/install/discover/searchPlan.ts";
import type { Found, PortFindings } from "#scripts/install/discover/searchPort.ts";

const STATES = { bare: "未绑定 bare", provisioned: "已绑定 provisioned", locked: "已锁定 locked" } as const;
const CLASSES = { enforced: "强制管控 enforced", monitored: "监测 monitored" } as const satisfies Record<AllowedClass, string>;

export interface PortReport extends PortFindings {
  part: FoundPart | null;
}

/** Several lines for one port. */
export function reportText({ port, found, trouble, part }: PortReport): string {
  const devices = found.flatMap((each) => deviceLines(port, each));
  return [`${trouble ? "✗" : "✓"} ${port}`, ...devices, ...partLines(part), ...(trouble ? [explain(trouble)] : [])].join("\n");
}

function deviceLines(port: string, { line, device }: Found): string[] {
  const place = isTcp(port) ? `地址 address ${device.address}` : `${lineName(line)} · 地址 address ${device.address}`;
  return [`  ${place} · ${titleOf(device)}`, ...detailsOf(device).map(({ zh, en }) => `      ${zh}。${en}.`)];
}

function titleOf(device: FoundDevice): string {
  switch (device.kind) {
    case "chip": {
      const code = device.deviceCode === "" ? "" : ` · ${device.deviceCode}`;
      const ranges = `量程 range ${device.sensorRangeAmps} A, ${device.sensorRangeVolts} V`;
      return `焊闸芯片 arcgate chip · ${STATES[device.state]}${code} · 固件 firmware ${device.firmware} · uid ${device.uid} · ${ranges}`;
    }
    case "meter": {
      const reads = `${device.volts.toFixed(2)} V, ${device.amps.toFixed(2)} A`;
      return `电表 meter ${device.map}${likely(device.certain)} · 读数 reads ${reads} · 量程 range ${device.rangeAmps} A`;
    }
    case "relay":
      return `继电器板 relay board ${device.map}${likely(device.certain)} · 可用于 serves ${device.allows.map((each) => CLASSES[each]).join("、")}`;
    case "unknown":
      return "未知设备：应答 Modbus unknown: it answers Modbus";
    case "garbled":
      return "应答混乱：疑似地址重复 garbled answers: two devices at one address?";
  }
}

function detailsOf(device: FoundDevice): Said[] {
  switch (device.kind) {
    case "chip":
      return device.remarks;
    case "meter":
    case "relay":
      return [...device.remarks, ...device.lacks];
    case "unknown":
      return device.isNot.map(({ what, why }) => ({ zh: `不是 ${what}：${why.zh}`, en: `Not ${what}: ${why.en}` }));
    case "garbled":
      return [];
  }
}

function likely(certain: boolean): string {
  return certain ? "" : "（可能 likely）";
}

function partLines(part: FoundPart | null): string[] {
  if (!part) return [];
  const { silicon, uid, firmware, readProtected } = part;
  const holds = readProtected ? "已读保护 read-protected" : `固件 firmware ${firmware ?? "无 none"} · uid ${uid}`;
  return [`  ROM 引导程序 ROM bootloader · ${silicon} · ${holds}`];
}

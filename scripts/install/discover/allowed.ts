/** What machines a bought part allows, and what it lacks beside our chip. */
import type { RelayMap, Said } from "#protocol/chip/maps/foreign.ts";
import type { AllowedClass } from "#scripts/install/discover/device.ts";

const METER_LACKS: readonly Said[] = [
  { zh: "不缓存读数：程序停机期间的数据会丢失", en: "It keeps no readings: those of the time while the agent is down are lost" },
  { zh: "每秒一次读数：短弧和短路看不到", en: "One reading a second: short arcs and short circuits are not seen" },
];
const RELAY_LACKS: readonly Said[] = [
  {
    zh: "无急停、箱门、启动按钮输入：远程授权启动不可用",
    en: "No inputs for e-stop, enclosure and start button: no start by a grant from the platform",
  },
  { zh: "无安全存储：离线额度和防回退不受芯片保护", en: "No vault: offline budget and floors are not out of the module's reach" },
];
const NO_DEAD_MAN: Said = {
  zh: "无定时断开：程序停机时保持闭合，只能用于监测类焊机",
  en: "No timed output: it stays closed when the agent dies, so it serves only monitored machines",
};

interface Allowed {
  allows: AllowedClass[];
  lacks: Said[];
}

/** A meter switches nothing: the relay beside it decides. */
export function meterAllows(): Allowed {
  return { allows: ["enforced", "monitored"], lacks: [...METER_LACKS] };
}

export function relayAllows({ relay }: RelayMap): Allowed {
  if (relay.flashOn) return { allows: ["enforced", "monitored"], lacks: [...RELAY_LACKS] };
  return { allows: ["monitored"], lacks: [NO_DEAD_MAN, ...RELAY_LACKS] };
}

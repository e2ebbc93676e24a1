/** What commissioning looks at, what hands must do for it, and what each fault asks of the installer. */
import { FAULTS } from "#scripts/install/commission/core/faults.ts";
import { ITEMS, type Item } from "#scripts/install/commission/core/items.ts";
import type { Ask } from "#scripts/install/machine/teller.ts";
import { markdownTable } from "#scripts/spec/markers.ts";

const ASK_ZH: Readonly<Record<Ask, string>> = {
  pressStart: "按启动按钮",
  pressEStop: "按急停",
  releaseEStop: "松开急停",
  openEnclosure: "开外壳",
  closeEnclosure: "关外壳",
  switchMachineOn: "合上焊机自身开关",
  weld: "试焊",
  scan: "持证焊工扫码",
  setBootloader: "短接 BOOT0，重新上电",
  powerAnew: "重新上电",
};

const items: readonly Item[] = Object.values(ITEMS);

export function selfTestTable(): string {
  const rows = items.map(({ zh, asks, readsZh, safety }) => [zh, asks.map((ask) => ASK_ZH[ask]).join("、"), readsZh, safety ? "是" : ""]);
  return markdownTable(["项目", "要您做", "看什么", "不合格不得投用"], rows);
}

export function faultTable(): string {
  const rows = items.flatMap((item) => item.faults.map((fault) => [item.zh, FAULTS[fault].zh, FAULTS[fault].doZh]));
  return markdownTable(["项目", "不合格", "怎么办"], rows);
}

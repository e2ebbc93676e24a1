/** What the installer reads: what is to be done by hand, and what each item came to. */
import { FAULTS } from "#scripts/install/commission/core/faults.ts";
import type { Finding } from "#scripts/install/commission/core/finding.ts";
import { ITEMS, type ItemId } from "#scripts/install/commission/core/items.ts";
import { measureText } from "#scripts/install/commission/core/measures.ts";
import type { Ask } from "#scripts/install/machine/teller.ts";

interface Words {
  readonly zh: string;
  readonly en: string;
}

export const ASK_WORDS = {
  pressStart: { zh: "请按一下启动按钮", en: "Press the start button once" },
  pressEStop: { zh: "请按下急停按钮并保持", en: "Press the emergency stop and leave it pressed" },
  releaseEStop: { zh: "请松开（旋转复位）急停按钮", en: "Release the emergency stop" },
  openEnclosure: { zh: "请打开机箱门", en: "Open the enclosure" },
  closeEnclosure: { zh: "请关上机箱门", en: "Close the enclosure" },
  switchMachineOn: { zh: "请合上焊机电源开关，不要焊接", en: "Switch the machine on at its own switch; do not weld" },
  weld: { zh: "请焊接 5 秒后熄弧", en: "Weld for five seconds, then stop" },
  scan: { zh: "请持证焊工扫码", en: "Let a certified welder scan" },
  setBootloader: { zh: "请短接 BOOT0", en: "Set BOOT0" },
  powerAnew: {
    zh: "芯片有锁定的故障：请断电 5 秒后重新上电",
    en: "The chip has latched a fault: take its power away for 5 s, then give it back",
  },
} as const satisfies Readonly<Record<Ask, Words>>;

const SIGN = { pass: "✓", fail: "✗", skipped: "–" } as const;

/** An item's result in a line; a failure with its fault and what to do. */
export function findingWords(id: ItemId, finding: Finding): Words {
  const { zh, en } = ITEMS[id];
  const sign = SIGN[finding.verdict];
  const figures = figuresOf(finding, "zh");
  if (finding.fault) {
    const fault = FAULTS[finding.fault];
    const said = finding.detail === "" ? "" : ` (${finding.detail})`;
    return {
      zh: `${sign} ${zh}：${fault.zh}${said}。${fault.doZh}`,
      en: `${en}: ${fault.en}${said}. ${fault.doEn}${figures && ` [${figures}]`}`,
    };
  }
  if (finding.verdict === "pass") return { zh: `${sign} ${zh}`, en: `${en}${figures && ` [${figures}]`}` };
  const { because } = finding;
  const why = because === null || because === "offline" ? { zh: "离线，以后补做", en: "off line, to be done later" } : reasonOf(because);
  return { zh: `${sign} ${zh}：${why.zh}`, en: `${en}: ${why.en}` };
}

function reasonOf(because: ItemId): Words {
  return { zh: `须先通过“${ITEMS[because].zh}”`, en: `${ITEMS[because].en} comes first` };
}

/** The measured values in one language, with the limits of those that have one. */
export function figuresOf({ measured, limits }: Pick<Finding, "measured" | "limits">, language: "zh" | "en"): string {
  return measured
    .map(({ name, value, unit }) => {
      const text = measureText(name);
      if (text.isYesNo) return `${text[language]} ${YES_NO[language][value === 0 ? 0 : 1]}`;
      const bound = limits.find((limit) => limit.name === name);
      return `${text[language]} ${value}${unit && ` ${unit}`}${bound ? ` (${boundOf(bound)})` : ""}`;
    })
    .join(language === "zh" ? "，" : ", ");
}

/** The limits alone; those of what is yes or no are what must be. */
export function limitsOf(limits: Finding["limits"], language: "zh" | "en"): string {
  return limits
    .map((limit) => {
      const text = measureText(limit.name);
      if (text.isYesNo) return `${text[language]} ${YES_NO[language][limit.least === 0 ? 0 : 1]}`;
      return `${text[language]} ${boundOf(limit)}${limit.unit && ` ${limit.unit}`}`;
    })
    .join(language === "zh" ? "，" : ", ");
}

const YES_NO = { zh: ["否", "是"], en: ["no", "yes"] } as const;

function boundOf({ least, most }: { least: number | null; most: number | null }): string {
  if (least === null) return `≤ ${most}`;
  return most === null || least === most ? `${most === null ? "≥" : "="} ${least}` : `${least}…${most}`;
}

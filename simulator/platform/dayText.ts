/** A day's report for people, in one language or the other. */
import type { ChainFault } from "#simulator/platform/chainAudit.ts";
import type { DayReport, DayVerdict, LaneDay } from "#simulator/platform/dayReport.ts";

export const LANGUAGES = ["zh", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

type Text = Readonly<Record<Language, string>>;

const VERDICTS: Readonly<Record<DayVerdict, Text>> = {
  complete: {
    zh: "完整：无缺失，后续记录证明当日已结束",
    en: "complete: nothing is missing, and later records prove that the day is over",
  },
  soFar: {
    zh: "至最后一条完整：尚无后续记录证明当日已结束",
    en: "complete up to the last record: no later one proves that the day is over",
  },
  incomplete: { zh: "不完整", en: "INCOMPLETE" },
  nothingHeld: { zh: "没有该设备当日及之前的记录", en: "NOTHING is held of this machine for that day or before" },
};

const FAULTS: Readonly<Record<ChainFault["what"], Text>> = {
  edited: { zh: "平台存储被改动（该条或前一条）", en: "changed in the platform's store (this row or the one before)" },
  break: { zh: "设备发来的链不衔接", en: "the device's own chain does not follow" },
  fork: { zh: "同一序号两条不同记录", en: "two different events under one number" },
  head: { zh: "最后一条不是已确认的那条", en: "the last row is not the one that was acknowledged" },
};

export function dayText(report: DayReport, language: Language): string {
  const say = (text: Text) => text[language];
  const { arcs, arcSeconds, unaccounted } = report;
  const seconds = (value: number) => value.toFixed(1);
  const day = report.day ?? say({ zh: "全部", en: "everything held" });
  const lines = [
    `${report.device} ${day} (${report.zone}): ${say(VERDICTS[report.verdict])}`,
    ...report.lanes.flatMap((lane) => laneLines(lane, say)),
    say({
      zh: `  电弧 ${arcs} 次，${seconds(arcSeconds)} 秒；仅有累计值 ${unaccounted.events} 条，${seconds(unaccounted.arcSeconds)} 秒`,
      en: `  arcs ${arcs}, ${seconds(arcSeconds)} s; unaccounted ${unaccounted.events}, ${seconds(unaccounted.arcSeconds)} s`,
    }),
  ];
  return `${lines.join("\n")}\n`;
}

function laneLines(lane: LaneDay, say: (text: Text) => string): string[] {
  const { firstSeq, lastSeq, held, missingCount, duplicates, verified, refused, thinned, uncertain } = lane;
  const missing = lane.missing.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(" ");
  const codes = Object.entries(lane.refusedBy).map(([code, count]) => `${code} ${count}`);
  const refusals = codes.length === 0 ? "0" : `${refused} (${codes.join(", ")})`;
  const range = firstSeq === null ? say({ zh: "当日无记录", en: "no record that day" }) : `${firstSeq}–${lastSeq}`;
  const chain = verified ? `${verified.from}–${verified.to} ${verified.head}` : "–";
  return [
    say({
      zh: `  ${lane.lane}（链 ${lane.chain}）序号 ${range}，已收 ${held}，缺失 ${missingCount}${missing && ` [${missing}]`}，拒收 ${refusals}，抽稀 ${thinned}，重复 ${duplicates}（整条链）`,
      en: `  ${lane.lane} (chain ${lane.chain}) ${range}, held ${held}, missing ${missingCount}${missing && ` [${missing}]`}, refused ${refusals}, thinned ${thinned}, duplicates ${duplicates} (of the whole chain)`,
    }),
    say({ zh: `    已验证哈希链 ${chain}`, en: `    chain verified ${chain}` }),
    ...lane.faults.map(({ seq, what, detail }) => `    ✗ ${seq}: ${say(FAULTS[what])}: ${detail}`),
    say({
      zh: `    日期不确定：${uncertain.perhapsLater} 条可能属于以后，另有 ${uncertain.perhapsHere} 条可能属于当日`,
      en: `    by time uncertain: ${uncertain.perhapsLater} may be of a later day, ${uncertain.perhapsHere} of an earlier one may be of this`,
    }),
  ];
}

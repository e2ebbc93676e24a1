/** What lamp and buzzer of a machine say. A test holds it against what the agent decides. */
import type { Buzzer, Lamp } from "#protocol/chip/arcgateChip.ts";
import { markdownTable } from "#scripts/spec/markers.ts";

interface Sign {
  lamp: Lamp;
  buzzer: Buzzer;
  /** What the agent calls it: a state of the interlock, or what is shown over one. */
  when: string;
  zh: string;
  doZh: string;
}

const LAMP_ZH: Readonly<Record<Lamp, string>> = {
  off: "不亮",
  green: "绿灯",
  yellow: "黄灯",
  red: "红灯",
  redBlink: "红灯闪",
  blueBlink: "蓝灯闪",
};

const BUZZER_ZH: Readonly<Record<Buzzer, string>> = { off: "不响", once: "响一声", twice: "响两声", long: "长鸣" };

export const SIGNS: readonly Sign[] = [
  { lamp: "off", buzzer: "off", when: "unlinked", zh: "模块与芯片未连通", doZh: "查芯片供电、A/B 线、地址；运行 `arcgate doctor`" },
  { lamp: "yellow", buzzer: "off", when: "locked", zh: "已锁定", doZh: "焊工扫码" },
  { lamp: "blueBlink", buzzer: "off", when: "awaitingStart", zh: "远程扫码已通过，等人按启动按钮", doZh: "30 秒内按启动按钮" },
  { lamp: "blueBlink", buzzer: "off", when: "waiting", zh: "锁定中，等待监护人扫码", doZh: "监护人 5 分钟内扫本机" },
  { lamp: "green", buzzer: "off", when: "closing", zh: "正在合闸", doZh: "稍候" },
  { lamp: "green", buzzer: "off", when: "energised", zh: "已通电，可以焊接", doZh: "焊接" },
  { lamp: "green", buzzer: "off", when: "outage", zh: "通电期间与芯片失联", doZh: "频繁出现时查总线；超过 8 秒芯片自行断开" },
  { lamp: "yellow", buzzer: "off", when: "opening", zh: "正在断开", doZh: "稍候" },
  { lamp: "redBlink", buzzer: "off", when: "ending", zh: "证书、作业票或时限已到，收弧后锁机", doZh: "收弧" },
  {
    lamp: "red",
    buzzer: "off",
    when: "faulted",
    zh: "故障锁定：急停、外壳、触点或传感器",
    doZh: "松开急停、关好外壳；仍不行查接线，见第 6、7 节",
  },
  { lamp: "redBlink", buzzer: "twice", when: "refused", zh: "扫码被拒（3 秒）", doZh: "看手机上的原因" },
  { lamp: "yellow", buzzer: "twice", when: "firstWarning", zh: "通电中，还有 15 分钟到时", doZh: "准备收弧，或请管理人员延期" },
  { lamp: "redBlink", buzzer: "long", when: "lastWarning", zh: "通电中，还有 5 分钟到时", doZh: "及时收弧" },
];

export function lampTable(): string {
  const rows = SIGNS.map(({ lamp, buzzer, zh, doZh }) => [LAMP_ZH[lamp], BUZZER_ZH[buzzer], zh, doZh, `\`${lamp}\` \`${buzzer}\``]);
  return markdownTable(["灯", "蜂鸣器", "含义", "怎么办", "代码"], rows);
}

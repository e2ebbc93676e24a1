/** Arc processes and the electrical constants that follow from them. */
export const PROCESS_NAMES = ["mma", "mag", "tig", "submerged", "plasma"] as const;
export type ArcProcess = (typeof PROCESS_NAMES)[number];

/** Conventional load line of GB/T 15579.1 (IEC 60974-1): a test convention, real arcs lie ±8 V and the cable's drop about it. */
export interface LoadLine {
  readonly baseVolts: number;
  readonly voltsPerAmp: number;
}

export interface ProcessConstants {
  readonly zh: string;
  readonly en: string;
  /** Least current of an arc. */
  readonly arcMinAmps: number;
  /** 0–1 over 10 minutes. Our assumption: a designation does not hold it, the nameplate does. */
  readonly assumedDutyCycle: number;
  readonly loadLine: LoadLine;
}

/** Plasma's line is that of cutting. Lines of submerged and plasma were not compared with the standard's text. */
export const PROCESSES: Readonly<Record<ArcProcess, ProcessConstants>> = {
  mma: { zh: "焊条电弧焊", en: "stick", arcMinAmps: 15, assumedDutyCycle: 0.6, loadLine: { baseVolts: 20, voltsPerAmp: 0.04 } },
  mag: { zh: "熔化极气体保护焊", en: "MIG/MAG", arcMinAmps: 15, assumedDutyCycle: 0.6, loadLine: { baseVolts: 14, voltsPerAmp: 0.05 } },
  tig: { zh: "钨极氩弧焊", en: "TIG", arcMinAmps: 5, assumedDutyCycle: 0.6, loadLine: { baseVolts: 10, voltsPerAmp: 0.04 } },
  submerged: { zh: "埋弧焊", en: "submerged arc", arcMinAmps: 15, assumedDutyCycle: 1, loadLine: { baseVolts: 20, voltsPerAmp: 0.04 } },
  plasma: { zh: "等离子切割与焊接", en: "plasma", arcMinAmps: 15, assumedDutyCycle: 0.6, loadLine: { baseVolts: 80, voltsPerAmp: 0.4 } },
};

/** Stick transformers are built lighter; our assumption, as above. */
export const TRANSFORMER_ASSUMED_DUTY_CYCLE = 0.35;

/** Above it the conventional voltage rises no further: TIG stays at 34 V, stick and MIG/MAG at 44 V. */
const LOAD_LINE_FLAT_ABOVE_AMPS = 600;

export function conventionalLoadVolts(line: LoadLine, amps: number): number {
  return line.baseVolts + line.voltsPerAmp * Math.min(amps, LOAD_LINE_FLAT_ABOVE_AMPS);
}

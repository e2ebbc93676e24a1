/** Options of the machine behind a chip, as commands take them. */
import { CodedError } from "#protocol/errors/codedError.ts";
import type { ChipOptions } from "#simulator/chip/options.ts";
import type { Process } from "#simulator/chip/plant/plant.ts";

export const MACHINE_HELP = `  --process P         mma 焊条 | mag 气保 | tig 氩弧 (mma)
  --model M           GB/T 10249 型号 designation, e.g. ZX7-400, BX1-500
  --vrd               防触电装置 voltage-reducing device: 15 V open-circuit
  --seed N            随机种子 (1)
  --trace FILE.csv    播放录波 play a recording: t_s,current_a,voltage_v
  --bypass            接触器被短接 the contactor is bridged from the start
  --speed X           被焊机与线路的时间倍速 plant and line run X times as fast (1)
  --range-amps N      电流传感器量程 current sensor's range`;

export const MACHINE_OPTIONS = {
  process: { type: "string" },
  model: { type: "string" },
  vrd: { type: "boolean" },
  seed: { type: "string" },
  trace: { type: "string" },
  bypass: { type: "boolean" },
  speed: { type: "string" },
  "range-amps": { type: "string" },
} as const;

type Given<Name extends string, Value> = { [name in Name]?: Value | undefined };
type Values = Given<"process" | "model" | "seed" | "trace" | "speed" | "range-amps", string> & Given<"vrd" | "bypass", boolean>;
export type MachineOptions = Pick<ChipOptions, "process" | "model" | "vrd" | "seed" | "trace" | "bypass" | "speed" | "rangeAmps">;

/** Only what was given. Throws `chip.badOption`. */
export function machineOptions(values: Values): MachineOptions {
  return onlyGiven<MachineOptions>({
    process: values.process === undefined ? undefined : processNamed(values.process),
    model: values.model,
    vrd: values.vrd,
    seed: numberOption("seed", values.seed),
    trace: values.trace,
    bypass: values.bypass,
    speed: numberOption("speed", values.speed),
    rangeAmps: numberOption("range-amps", values["range-amps"]),
  });
}

/** Without the members that are undefined. */
export function onlyGiven<T extends object>(members: { [name in keyof T]: T[name] | undefined }): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
}

export function numberOption(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,10}(\.\d{1,6})?$/.test(text)) throw new CodedError("chip.badOption", `--${name}: a number`);
  return Number(text);
}

function processNamed(text: string): Process {
  if (text === "mma" || text === "mag" || text === "tig") return text;
  throw new CodedError("chip.badOption", "--process: mma, mag or tig");
}

/**
 * GB/T 10249 designations of arc welding machines: family · variant · notes · series - rated amperes · maker's suffix.
 * `ZX7-400`: Z DC rectifier, X drooping, 7 inverter, 400 A. Resistance welders (D, T, F, U …) have no arc and are refused.
 */
import { type ArcProcess, type LoadLine, PROCESSES, TRANSFORMER_ASSUMED_DUTY_CYCLE } from "#protocol/codes/processes.ts";
import { shown } from "#protocol/codes/shown.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

export type OutputCurrent = "dc" | "ac" | "acdc";

export interface Designation {
  readonly designation: string;
  /** Its family, the letter that the device code carries. */
  readonly processLetter: string;
  readonly variantLetter: string;
  readonly noteLetters: string;
  /** Empty where the standard omits it. */
  readonly seriesDigit: string;
  readonly ratedAmps: number;
  /** What the maker adds; means nothing to us. */
  readonly suffix: string;

  readonly process: ArcProcess;
  readonly current: OutputCurrent;
  /** The output may be AC: classify by 20 ms RMS. */
  readonly alternating: boolean;
  readonly pulsed: boolean;
  /** 0–1 over 10 minutes: our assumption by process, for the nameplate to correct. */
  readonly ratedDutyCycle: number;
  readonly arcMinAmps: number;
  readonly loadLine: LoadLine;
}

interface Family {
  readonly zh: string;
  readonly current: OutputCurrent;
  readonly variants: Readonly<Record<string, ArcProcess>>;
  /** What each note letter says of the output. */
  readonly notes: Readonly<Record<string, OutputCurrent | "pulsed" | "other">>;
  readonly series: string;
  /** Series whose output is AC whatever the family's is. */
  readonly alternatingSeries?: string;
}

const GAS_SHIELDED_NOTES = { M: "pulsed", J: "ac", E: "acdc" } as const;
const POWER_SOURCES = { X: "mma", P: "mag", D: "mma" } as const;

/** Besides the edition of 2010, what stands on older nameplates still at work: ZXG (silicon), AX3 … AX7, WS7. */
const FAMILIES: Readonly<Record<string, Family>> = {
  A: {
    zh: "弧焊发电机",
    current: "dc",
    variants: POWER_SOURCES,
    notes: { D: "other", Q: "other", C: "other", T: "other", H: "other" },
    series: "1234567",
    alternatingSeries: "2",
  },
  B: { zh: "弧焊变压器", current: "ac", variants: { X: "mma", P: "mag" }, notes: { L: "other" }, series: "12356" },
  Z: {
    zh: "弧焊整流器",
    current: "dc",
    variants: POWER_SOURCES,
    notes: { M: "pulsed", L: "other", E: "acdc", G: "other" },
    series: "134567",
  },
  M: {
    zh: "埋弧焊机",
    current: "dc",
    variants: { Z: "submerged", B: "submerged", U: "submerged", D: "submerged" },
    notes: GAS_SHIELDED_NOTES,
    series: "12379",
  },
  N: {
    zh: "熔化极气体保护焊机",
    current: "dc",
    variants: { Z: "mag", B: "mag", D: "mag", U: "mag" },
    notes: { M: "pulsed", C: "other" },
    series: "1234567",
  },
  W: {
    zh: "钨极惰性气体保护焊机",
    current: "dc",
    variants: { Z: "tig", S: "tig", D: "tig", Q: "tig" },
    notes: GAS_SHIELDED_NOTES,
    series: "12345678",
  },
  L: {
    zh: "等离子弧焊机/切割机",
    current: "dc",
    variants: { G: "plasma", H: "plasma", U: "plasma", D: "plasma" },
    notes: { R: "other", M: "pulsed", J: "ac", S: "other", F: "other", E: "other", K: "other" },
    series: "12345678",
  },
};

const FORM = /^([A-Z])([A-Z])([A-Z]{0,2})([1-9]?)-([1-9][0-9]{1,3})((?:[A-Z][A-Z0-9]{0,3})?)$/;
const MAX_RATED_AMPS = 2000;

/** Process, current and ratings out of a nameplate's model. Errors: `codes.badDesignation`. */
export function parseDesignation(text: string): Designation {
  const [designation, processLetter = "", variantLetter = "", noteLetters = "", seriesDigit = "", amps, suffix = ""] =
    FORM.exec(text) ?? [];
  if (designation === undefined) throw new CodedError("codes.badDesignation", shown(text));
  const family = FAMILIES[processLetter];
  const process = family?.variants[variantLetter];
  if (!family || !process) {
    throw new CodedError("codes.badDesignation", `${designation}: ${processLetter}${variantLetter} names no arc process`);
  }
  const ratedAmps = Number(amps);
  if (ratedAmps > MAX_RATED_AMPS) throw new CodedError("codes.badDesignation", `${designation}: above ${MAX_RATED_AMPS} A`);
  if (!family.series.includes(seriesDigit)) throw new CodedError("codes.badDesignation", `${designation}: no series ${seriesDigit}`);

  const { current, pulsed } = outputOf(family, noteLetters, seriesDigit, designation);
  const constants = PROCESSES[process];
  const isStickTransformer = processLetter === "B" && process === "mma";
  return {
    designation,
    processLetter,
    variantLetter,
    noteLetters,
    seriesDigit,
    ratedAmps,
    suffix,
    process,
    current,
    pulsed,
    alternating: current !== "dc",
    ratedDutyCycle: isStickTransformer ? TRANSFORMER_ASSUMED_DUTY_CYCLE : constants.assumedDutyCycle,
    arcMinAmps: constants.arcMinAmps,
    loadLine: constants.loadLine,
  };
}

/** Whether a device code may carry the letter. */
export function isFamilyLetter(letter: string): boolean {
  return Object.hasOwn(FAMILIES, letter);
}

function outputOf(family: Family, noteLetters: string, seriesDigit: string, designation: string) {
  let current = seriesDigit !== "" && family.alternatingSeries?.includes(seriesDigit) ? "ac" : family.current;
  let pulsed = false;
  for (const [at, letter] of Array.from(noteLetters).entries()) {
    const note = family.notes[letter];
    if (!note || noteLetters.indexOf(letter) !== at) throw new CodedError("codes.badDesignation", `${designation}: note ${letter}`);
    if (note === "pulsed") pulsed = true;
    else if (note !== "other") current = note;
  }
  return { current, pulsed };
}

import type { Row } from "#scripts/recordings/generate.ts";

/**
 * The truth of a recording: the design's definition of an arc, applied to the recording's own rows and to nothing else.
 * It shares no line with the meter, the chip or the generator, on purpose.
 */
export interface Truth {
  arcs: { startS: number; endS: number; arcS: number }[];
  /** Arc and short-circuit time of all arcs. */
  arcSeconds: number;
  /** From first to last edge, merged gaps included. */
  spanSeconds: number;
  stuckSeconds: number;
  stuck: number;
  frozen: { startS: number; endS: number }[];
  /** How near any decision came to its threshold: of 0.3 s and 1 s, and of the 10 s of a freeze. */
  marginS: number;
  frozenMarginS: number;
}

export interface TruthOptions {
  presenceAmps: number;
  alternating: boolean;
}

type Kind = "arc" | "short" | "neither" | "missing" | "frozen";
interface Stretch {
  kind: Kind;
  startS: number;
  endS: number;
}
interface Held extends Row {
  untilS: number;
  validUntilS: number;
  arcAmps: number;
  arcVolts: number;
}

const ARC_S = 0.3;
const STUCK_S = 1;
const FROZEN_S = 10;

export function truthOfRows(rows: readonly Row[], arcMinAmps: number, options: TruthOptions): Truth {
  const held = holdRows(rows, options.alternating);
  const margins = { marginS: Number.POSITIVE_INFINITY, frozenMarginS: Number.POSITIVE_INFINITY };
  const frozen = findFrozen(held, options.presenceAmps, margins);
  const classified = join(held.flatMap((row) => classify(row, arcMinAmps, frozen)));
  const stretches = options.alternating ? join(withoutTransits(classified)) : classified;
  const runs = findRuns(stretches, margins);
  for (const { startS, endS } of runs.arcs) note(margins, endS - startS - ARC_S);
  const arcs = runs.arcs.filter((arc) => arc.endS - arc.startS >= ARC_S);
  return {
    arcs,
    arcSeconds: sum(arcs.map((arc) => arc.arcS)),
    spanSeconds: sum(arcs.map((arc) => arc.endS - arc.startS)),
    stuck: runs.stuck.length,
    stuckSeconds: sum(runs.stuck),
    frozen,
    ...margins,
  };
}

/** Each row holds until the next; in a hole of more than 3 median steps and 250 ms only for one median step. */
function holdRows(rows: readonly Row[], alternating: boolean): Held[] {
  const steps = rows.slice(1).map((row, i) => row.tS - (rows[i]?.tS ?? 0));
  const medianS = steps.toSorted((a, b) => a - b)[steps.length >> 1] ?? 0;
  const waves = alternating && medianS < 0.01;
  const held: Held[] = [];
  let windowFrom = 0;
  rows.forEach((row, i) => {
    const untilS = rows[i + 1]?.tS ?? row.tS + medianS;
    const isHole = untilS - row.tS > Math.max(3 * medianS, 0.25);
    while (waves && (rows[windowFrom]?.tS ?? 0) <= row.tS - 0.02) windowFrom++;
    const period = waves ? rows.slice(windowFrom, i + 1) : [row];
    const rms = (of: (r: Row) => number) => Math.sqrt(sum(period.map((r) => of(r) ** 2)) / period.length);
    held.push({
      ...row,
      untilS,
      validUntilS: isHole ? row.tS + medianS : untilS,
      arcAmps: rms((r) => r.amps),
      arcVolts: rms((r) => r.volts),
    });
  });
  return held;
}

function findFrozen(held: readonly Held[], presenceAmps: number, margins: { frozenMarginS: number }): { startS: number; endS: number }[] {
  const found: { startS: number; endS: number }[] = [];
  for (const channel of ["amps", "volts"] as const) {
    let startS: number | null = null;
    held.forEach((row, i) => {
      const before = held[i - 1];
      const loaded = row.arcAmps > presenceAmps;
      const goesOn = startS !== null && loaded && before !== undefined && before[channel] === row[channel];
      if (!goesOn || startS === null) startS = loaded ? row.tS : null;
      if (startS === null) return;
      const after = held[i + 1];
      const whole = row.validUntilS === row.untilS;
      const ends = !whole || !after || after[channel] !== row[channel] || after.arcAmps <= presenceAmps;
      if (!ends) return;
      const lengthS = row.validUntilS - startS;
      margins.frozenMarginS = Math.min(margins.frozenMarginS, Math.abs(lengthS - FROZEN_S));
      if (lengthS >= FROZEN_S) found.push({ startS, endS: row.validUntilS });
      startS = null;
    });
  }
  return union(found);
}

function union(stretches: { startS: number; endS: number }[]): { startS: number; endS: number }[] {
  const joined: { startS: number; endS: number }[] = [];
  for (const stretch of stretches.toSorted((a, b) => a.startS - b.startS)) {
    const last = joined.at(-1);
    if (last && stretch.startS <= last.endS) last.endS = Math.max(last.endS, stretch.endS);
    else joined.push({ ...stretch });
  }
  return joined;
}

function classify(row: Held, arcMinAmps: number, frozen: readonly { startS: number; endS: number }[]): Stretch[] {
  const { tS: startS, validUntilS, untilS } = row;
  if (frozen.some((stretch) => startS >= stretch.startS && startS < stretch.endS)) {
    return [
      { kind: "frozen", startS, endS: validUntilS },
      { kind: "missing", startS: validUntilS, endS: untilS },
    ];
  }
  const flowing = row.arcAmps >= arcMinAmps && row.arcVolts <= 45;
  const kind = !flowing ? "neither" : row.arcVolts < 8 ? "short" : "arc";
  return [
    { kind, startS, endS: validUntilS },
    { kind: "missing", startS: validUntilS, endS: untilS },
  ];
}

/** The RMS of a voltage that collapses passes through the arc's range within 20 ms; that is the strike's short, not an arc. */
function withoutTransits(stretches: readonly Stretch[]): Stretch[] {
  return stretches.map((stretch, i) => {
    const isTransit = stretch.kind === "arc" && stretch.endS - stretch.startS <= 0.02;
    const intoShort = stretches[i + 1]?.kind === "short" && stretches[i - 1]?.kind === "neither";
    return isTransit && intoShort ? { ...stretch, kind: "short" } : stretch;
  });
}

function join(stretches: readonly Stretch[]): Stretch[] {
  const joined: Stretch[] = [];
  for (const stretch of stretches) {
    if (stretch.endS <= stretch.startS) continue;
    const last = joined.at(-1);
    if (last && last.kind === stretch.kind) last.endS = stretch.endS;
    else joined.push({ ...stretch });
  }
  return joined;
}

function findRuns(stretches: readonly Stretch[], margins: { marginS: number }) {
  const arcs: { startS: number; endS: number; arcS: number }[] = [];
  const stuck: number[] = [];
  let open: { startS: number; endS: number; arcS: number } | null = null;
  let shortS = 0;
  let neitherS = 0;
  const close = () => {
    if (open) arcs.push(open);
    open = null;
  };
  for (const { kind, startS, endS } of stretches) {
    const lengthS = endS - startS;
    if (kind === "arc") {
      if (open) {
        note(margins, neitherS - ARC_S);
        open.arcS += shortS;
      }
      open ??= { startS, endS, arcS: 0 };
      open.endS = endS;
      open.arcS += lengthS;
      shortS = 0;
      neitherS = 0;
    } else if (kind === "short") {
      shortS += lengthS;
      note(margins, lengthS - STUCK_S);
      if (lengthS > STUCK_S) {
        stuck.push(lengthS);
        close();
      }
    } else if (kind === "frozen") {
      close();
    } else {
      neitherS += lengthS;
      if (neitherS >= ARC_S) {
        if (open) note(margins, neitherS - ARC_S);
        close();
      }
    }
  }
  close();
  return { arcs, stuck };
}

function note(margins: { marginS: number }, distanceS: number): void {
  margins.marginS = Math.min(margins.marginS, Math.abs(distanceS));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

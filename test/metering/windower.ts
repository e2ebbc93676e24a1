import { decodeWindow, encodeWindow, type Window } from "#protocol/chip/window.ts";
import type { Row } from "#scripts/recordings/generate.ts";

/** Rows into windows as the specification says that a chip makes them, over the wire's format and back. */
export interface WindowerOptions {
  windowMs: number;
  arcMinAmps: number;
  alternating: boolean;
}

/** A value that stands for some time; `amps` and `volts` are null where nothing was read. */
interface Piece {
  startMs: number;
  endMs: number;
  amps: number;
  volts: number;
  valid: boolean;
}

interface Filling {
  pieces: Piece[];
  arcMs: number;
  shortMs: number;
  arcFirstMs: number;
  arcLastMs: number;
  shorts: number;
  strikes: number;
}

export function windowsOf(rows: readonly Row[], options: WindowerOptions): Window[] {
  const { windowMs, alternating } = options;
  const whole = piecesOf(rows);
  const classify = classifier(options, alternating ? slidingRms(20) : null);
  const windows: Window[] = [];
  const lastMs = whole.at(-1)?.endMs ?? 0;
  let at = 0;
  for (let seq = 0; seq * windowMs < lastMs; seq++) {
    const filling: Filling = { pieces: [], arcMs: 0, shortMs: 0, arcFirstMs: 0, arcLastMs: 0, shorts: 0, strikes: 0 };
    const startMs = seq * windowMs;
    const endMs = startMs + windowMs;
    while (at > 0 && (whole[at]?.startMs ?? 0) > startMs) at--;
    for (; at < whole.length; at++) {
      const piece = whole[at];
      if (!piece || piece.startMs >= endMs) break;
      const cut = { ...piece, startMs: Math.max(piece.startMs, startMs), endMs: Math.min(piece.endMs, endMs) };
      if (cut.endMs > cut.startMs) for (const part of alternating ? slices(cut, 1) : [cut]) classify(part, startMs, filling);
      if (piece.endMs > endMs) break;
    }
    windows.push(decodeWindow(encodeWindow(finish(seq, filling), windowMs), seq, windowMs));
  }
  return windows;
}

function piecesOf(rows: readonly Row[]): Piece[] {
  const originS = rows[0]?.tS ?? 0;
  const steps = rows.slice(1).map((row, i) => row.tS - (rows[i]?.tS ?? 0));
  const medianMs = 1000 * (steps.toSorted((a, b) => a - b)[steps.length >> 1] ?? 0);
  return rows.flatMap((row, i) => {
    const startMs = (row.tS - originS) * 1000;
    const next = rows[i + 1];
    const endMs = next ? (next.tS - originS) * 1000 : startMs + medianMs;
    const validMs = endMs - startMs > Math.max(3 * medianMs, 250) ? startMs + medianMs : endMs;
    const reading = { amps: row.amps, volts: row.volts };
    return [
      { startMs, endMs: validMs, ...reading, valid: true },
      { startMs: validMs, endMs, ...reading, valid: false },
    ].filter((piece) => piece.endMs > piece.startMs);
  });
}

function* slices(piece: Piece, stepMs: number): Generator<Piece> {
  for (let startMs = piece.startMs; startMs < piece.endMs; startMs += stepMs) {
    yield { ...piece, startMs, endMs: Math.min(piece.endMs, startMs + stepMs) };
  }
}

/** Time-weighted RMS over the last `spanMs`. */
function slidingRms(spanMs: number): (piece: Piece) => { amps: number; volts: number } {
  let recent: { ms: number; amps: number; volts: number }[] = [];
  return (piece) => {
    if (!piece.valid) recent = [];
    else recent.push({ ms: piece.endMs - piece.startMs, amps: piece.amps, volts: piece.volts });
    let ms = recent.reduce((total, r) => total + r.ms, 0);
    while (recent.length > 1 && ms - (recent[0]?.ms ?? 0) >= spanMs) ms -= recent.shift()?.ms ?? 0;
    const mean = (of: "amps" | "volts") => recent.reduce((total, r) => total + r[of] ** 2 * r.ms, 0) / (ms || 1);
    return { amps: Math.sqrt(mean("amps")), volts: Math.sqrt(mean("volts")) };
  };
}

type Condition = "arc" | "short" | "neither";

function classifier(options: WindowerOptions, rms: ReturnType<typeof slidingRms> | null) {
  let before: Condition = "neither";
  let quietMs = Number.POSITIVE_INFINITY;
  return (piece: Piece, windowStartMs: number, into: Filling): void => {
    into.pieces.push(piece);
    const { amps, volts } = rms ? rms(piece) : { amps: Math.abs(piece.amps), volts: Math.abs(piece.volts) };
    const ms = piece.endMs - piece.startMs;
    const flowing = piece.valid && amps >= options.arcMinAmps;
    const condition: Condition = !flowing || volts > 45 ? "neither" : volts < 8 ? "short" : "arc";
    if (condition !== "neither" && quietMs >= 50) into.strikes += 1;
    quietMs = flowing ? 0 : quietMs + ms;
    if (condition === "short") {
      if (before !== "short") into.shorts += 1;
      into.shortMs += ms;
    }
    if (condition === "arc") {
      if (into.arcMs === 0) into.arcFirstMs = piece.startMs - windowStartMs;
      into.arcMs += ms;
      into.arcLastMs = piece.endMs - windowStartMs;
    }
    before = condition;
  };
}

function finish(seq: number, { pieces, ...counts }: Filling): Window {
  const valid = pieces.filter((piece) => piece.valid);
  const totalMs = valid.reduce((total, piece) => total + piece.endMs - piece.startMs, 0);
  const mean = (of: (piece: Piece) => number) =>
    valid.reduce((total, piece) => total + of(piece) * (piece.endMs - piece.startMs), 0) / (totalMs || 1);
  const peak = (of: (piece: Piece) => number) =>
    valid.reduce((largest, piece) => (Math.abs(of(piece)) > Math.abs(largest) ? of(piece) : largest), 0);
  return {
    seq,
    run: 1,
    closed: true,
    sensorMissing: false,
    invalid: valid.length === 0,
    voltageMeanVolts: mean((piece) => piece.volts),
    voltageRmsVolts: Math.sqrt(mean((piece) => piece.volts ** 2)),
    voltagePeakVolts: peak((piece) => piece.volts),
    currentMeanAmps: mean((piece) => piece.amps),
    currentRmsAmps: Math.sqrt(mean((piece) => piece.amps ** 2)),
    currentPeakAmps: peak((piece) => piece.amps),
    ...counts,
  };
}

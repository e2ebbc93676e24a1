import type { Chance } from "#scripts/recordings/random.ts";

export type WeldingProcess = "mma" | "mag" | "pulse" | "tig" | "ac";

/** What may go wrong in a recording. */
export type Incident = "dropout" | "broken" | "lostArc" | "dudStrike" | "stuck" | "frozen" | "stillButShort" | "hole" | "blink";

/** What the welder does, second by second. `hush`: open-circuit voltage, no current. */
export interface Phase {
  kind: "hush" | "short" | "arc";
  startS: number;
  endS: number;
}

/** A channel repeats its last reading. */
export interface Still {
  channel: "voltage" | "current" | "both";
  startS: number;
  endS: number;
}

export interface Timeline {
  phases: Phase[];
  stills: Still[];
  /** No rows are written in them. */
  holes: { startS: number; endS: number }[];
  endS: number;
}

const STRIKE_S: Record<WeldingProcess, [number, number]> = {
  mma: [0.05, 0.4],
  mag: [0.01, 0.06],
  pulse: [0.01, 0.06],
  tig: [0.02, 0.15],
  ac: [0.05, 0.3],
};

/** Welds one after the other until `seconds` are full; each incident befalls every weld with its own chance. */
export function makeTimeline(chance: Chance, process: WeldingProcess, seconds: number, incidents: readonly Incident[]): Timeline {
  const timeline: Timeline = { phases: [], stills: [], holes: [], endS: 0 };
  const may = (incident: Incident) => incidents.includes(incident) && chance.happens(0.5);
  add(timeline, "hush", chance.between(0.5, 2));
  while (timeline.endS < seconds) {
    strike(timeline, chance, process, may);
    if (may("lostArc")) {
      add(timeline, "arc", chance.between(0.35, 0.9));
      add(timeline, "hush", chance.between(0.4, 1.5));
      add(timeline, "short", chance.between(...STRIKE_S[process]));
    }
    weld(timeline, chance, may);
    add(timeline, "hush", chance.between(1, 4));
  }
  return timeline;
}

function strike(timeline: Timeline, chance: Chance, process: WeldingProcess, may: (incident: Incident) => boolean): void {
  if (may("dudStrike")) {
    add(timeline, "short", chance.between(...STRIKE_S[process]));
    add(timeline, "arc", chance.between(0.02, 0.2));
    add(timeline, "hush", chance.between(0.4, 1));
  }
  if (may("stuck")) {
    add(timeline, "short", chance.between(1.3, 3));
    add(timeline, "hush", chance.between(0.5, 1.5));
  }
  add(timeline, "short", chance.between(...STRIKE_S[process]));
}

function weld(timeline: Timeline, chance: Chance, may: (incident: Incident) => boolean): void {
  const startS = timeline.endS;
  const frozen = may("frozen");
  add(timeline, "arc", frozen ? chance.between(15, 20) : chance.between(3, 9));
  if (frozen) {
    const from = startS + chance.between(0.5, 2.5);
    const channel = chance.happens(0.4) ? "voltage" : chance.happens(0.6) ? "current" : "both";
    timeline.stills.push({ channel, startS: from, endS: from + chance.between(10.6, 12) });
    return;
  }
  if (may("stillButShort")) timeline.stills.push({ channel: "voltage", startS: startS + 0.5, endS: startS + chance.between(2, 3) });
  if (may("hole")) hole(timeline, startS + chance.between(0.5, 2), chance.between(0.9, 1.6));
  else if (may("blink")) hole(timeline, startS + chance.between(0.5, 2), chance.between(0.1, 0.2));
  if (may("dropout")) {
    add(timeline, "hush", chance.between(0.05, 0.15));
    add(timeline, "arc", chance.between(1, 4));
  }
  if (may("broken")) {
    add(timeline, "hush", chance.between(0.5, 1));
    add(timeline, "short", chance.between(0.02, 0.1));
    add(timeline, "arc", chance.between(1, 5));
  }
  if (may("stuck")) add(timeline, "short", chance.between(1.3, 3));
}

function add(timeline: Timeline, kind: Phase["kind"], seconds: number): void {
  const startS = timeline.endS;
  timeline.endS = startS + seconds;
  timeline.phases.push({ kind, startS, endS: timeline.endS });
}

function hole(timeline: Timeline, startS: number, seconds: number): void {
  timeline.holes.push({ startS, endS: startS + seconds });
}

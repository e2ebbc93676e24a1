import { ArcModel, type ArcSettings } from "#simulator/chip/plant/arcModel.ts";
import { OpenCircuit } from "#simulator/chip/plant/openCircuit.ts";
import type { Machine, Modification, Piece, Plant } from "#simulator/chip/plant/plant.ts";
import { Random } from "#simulator/chip/plant/random.ts";

/** What a welder is asked to do. Times are of the plant's clock. */
export interface WeldJob extends ArcSettings {
  rods: number;
  rodMs: number;
  changeMs: number;
  /** The arc is lost and struck again so many times within each rod, with pauses of 0.5–2 s. */
  lostPerRod: number;
  /** The electrode sticks so long at the end of each rod; 0 for never. */
  stickMs: number;
}

interface Segment {
  kind: "open" | "short" | "arc";
  leftMs: number;
}

/** A seeded welder at 1 ms steps: strikes, burns rods, changes them, loses arcs, sticks, and waits whenever there is no power. */
export class Welder implements Plant {
  readonly #machine: Machine;
  readonly #random: Random;
  readonly #open: OpenCircuit;
  readonly #arc: ArcModel;
  #job: WeldJob | null = null;
  #rodsLeft = 0;
  #segments: Segment[] = [];
  #interrupted = false;

  constructor(machine: Machine, seed: number) {
    this.#machine = machine;
    this.#random = new Random(seed);
    this.#open = new OpenCircuit(machine, this.#random);
    this.#arc = new ArcModel(machine, this.#random);
  }

  get busy(): boolean {
    return this.#segments.length > 0 || this.#rodsLeft > 0;
  }

  get rodsLeft(): number {
    return this.#rodsLeft;
  }

  /** Begins a new job; one under way is dropped. */
  weld(job: WeldJob): void {
    this.stop();
    this.#job = job;
    this.#rodsLeft = job.rods;
  }

  /** Takes the place of an earlier modification. */
  modify({ noLoadVolts, arcVolts }: Modification): void {
    this.#open.addedVolts = noLoadVolts;
    this.#arc.addedVolts = arcVolts;
  }

  /** Lifts the electrode and goes. */
  stop(): void {
    this.#rodsLeft = 0;
    this.#segments = [];
    this.#interrupted = false;
  }

  next(powered: boolean, mostMs: number, into: Piece): void {
    if (powered) this.#work(mostMs, into);
    else this.#withoutPower(mostMs, into);
  }

  #work(mostMs: number, into: Piece): void {
    if (this.#interrupted) this.#strikeAgain();
    const segment = this.#currentSegment();
    if (!segment || !this.#job) {
      this.#open.next(true, mostMs, into);
      return;
    }
    if (segment.kind === "open") this.#open.next(true, Math.min(mostMs, segment.leftMs), into);
    else this.#burn(segment.kind, this.#job, Math.min(mostMs, segment.leftMs), into);
    segment.leftMs -= into.ms;
    if (segment.leftMs <= 1e-9) this.#segments.shift();
  }

  #burn(kind: "arc" | "short", job: WeldJob, mostMs: number, into: Piece): void {
    into.ms = Math.min(1, mostMs);
    if (kind === "short") this.#arc.short(job, into);
    else this.#arc.arc(job, into);
  }

  #withoutPower(mostMs: number, into: Piece): void {
    const kind = this.#segments[0]?.kind;
    if (kind === "arc" || kind === "short") this.#interrupted = true;
    this.#open.next(false, mostMs, into);
  }

  #strikeAgain(): void {
    this.#interrupted = false;
    this.#segments.unshift(...this.#strike(1));
    if (this.#job) this.#arc.ignite(this.#job);
  }

  #currentSegment(): Segment | undefined {
    if (this.#segments.length === 0 && this.#rodsLeft > 0 && this.#job) {
      this.#segments = this.#planRod(this.#job);
      this.#rodsLeft -= 1;
      this.#arc.ignite(this.#job);
    }
    return this.#segments[0];
  }

  #planRod(job: WeldJob): Segment[] {
    const plan: Segment[] = [];
    const parts = job.lostPerRod + 1;
    for (let part = 0; part < parts; part++) {
      if (part > 0) plan.push({ kind: "open", leftMs: this.#random.integer(500, 2_000) });
      // The first touch of a cold rod often fails.
      const taps = this.#machine.process === "mma" && part === 0 ? this.#random.integer(1, 3) : 1;
      plan.push(...this.#strike(taps), { kind: "arc", leftMs: Math.max(1, Math.round(job.rodMs / parts)) });
    }
    if (job.stickMs > 0) plan.push({ kind: "short", leftMs: job.stickMs });
    if (job.changeMs > 0) plan.push({ kind: "open", leftMs: job.changeMs });
    return plan;
  }

  /** `taps` touches with the electrode lifted too far between them. High-frequency starts (TIG) touch nothing. */
  #strike(taps: number): Segment[] {
    const segments: Segment[] = [];
    if (this.#machine.process === "tig") return segments;
    for (let tap = 0; tap < taps; tap++) {
      if (tap > 0) segments.push({ kind: "open", leftMs: this.#random.integer(150, 500) });
      const longestMs = this.#machine.process === "mma" ? 300 : 40;
      segments.push({ kind: "short", leftMs: this.#random.integer(10, longestMs) });
    }
    return segments;
  }
}

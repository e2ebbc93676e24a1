/** The outbox against a far end that loses, doubles, delays and reorders, on virtual time. */
import { fullJitter } from "#agent/core/sync/retry.ts";
import { nextSync, wakeAtMs } from "#agent/core/sync/syncPlan.ts";
import { initialSync, type SyncEffect, type SyncInput, type SyncState } from "#agent/core/sync/syncState.ts";
import { seeded } from "#test/sync/seed.ts";

export interface Weather {
  lost: number;
  doubled: number;
  delayMaxMs: number;
  /** Mean time between breaks of the connection. */
  breakEveryMs: number;
}

interface Scheduled {
  atMs: number;
  order: number;
  run: () => void;
}

const LANES = ["legal", "telemetry", "legal", "telemetry"] as const;

export class SyncModel {
  nowMs = 0;
  /** Sequences in the order in which the platform stored them, by lane. */
  readonly stored: number[][] = LANES.map(() => []);
  eventsSent = 0;
  eventsMade = 0;
  mostInFlight = 0;
  state: SyncState;
  readonly #weather: Weather;
  readonly #random: () => number;
  readonly #lastSeq = LANES.map(() => 0);
  #retry: Generator<number, never>;
  #scheduled: Scheduled[] = [];
  #order = 0;
  #connection = 0;

  constructor(seed: number, weather: Weather) {
    this.#random = seeded(seed);
    this.#weather = weather;
    this.#retry = fullJitter(this.#random);
    this.state = initialSync(LANES.map((lane) => ({ lane, lastSeq: 0, ackedSeq: 0, forgottenSeq: 0 })));
  }

  /** Makes events for `madeForMs`, then waits until all are stored and acknowledged; throws when that takes more than `patienceMs`. */
  run(madeForMs: number, patienceMs: number): void {
    this.#connect();
    for (let atMs = 0; atMs < madeForMs; atMs += 100 + this.#random() * 400) this.#at(atMs, () => this.#makeEvents());
    while (this.nowMs < madeForMs || !this.#isDone()) {
      if (this.nowMs > madeForMs + patienceMs) throw new Error(`not delivered by ${this.nowMs} ms: ${JSON.stringify(this.state.lanes)}`);
      this.#step();
    }
  }

  /** The platform goes back to a backup: the last `count` events of each lane are gone there. */
  restorePlatformAt(atMs: number, count: number): void {
    this.#at(atMs, () => {
      for (const stored of this.stored) stored.length = Math.max(0, stored.length - count);
    });
  }

  #isDone(): boolean {
    return this.state.lanes.every(
      (lane, index) => lane.ackedSeq === this.#lastSeq[index] && this.stored[index]?.length === this.#lastSeq[index],
    );
  }

  #step(): void {
    const next = this.#scheduled.reduce<Scheduled | undefined>((first, each) => (first && isBefore(first, each) ? first : each), undefined);
    const wakeMs = wakeAtMs(this.state) ?? Number.POSITIVE_INFINITY;
    if (next && next.atMs <= wakeMs) {
      this.#scheduled = this.#scheduled.filter((each) => each !== next);
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.run();
    } else {
      if (wakeMs === Number.POSITIVE_INFINITY) throw new Error(`nothing is armed at ${this.nowMs}`);
      this.nowMs = Math.max(this.nowMs, wakeMs);
      this.#take({ type: "tick", nowMs: this.nowMs });
    }
  }

  #take(input: SyncInput): void {
    const step = nextSync(this.state, input);
    this.state = step.state;
    for (const effect of step.effects) this.#perform(effect);
    const inFlight = this.state.lanes.reduce((sum, lane) => sum + lane.inFlight.length, 0);
    this.mostInFlight = Math.max(this.mostInFlight, inFlight);
  }

  #perform(effect: SyncEffect): void {
    if (effect.type === "send") {
      const { lane, batchId, afterSeq, limit } = effect;
      const upTo = afterSeq + Math.max(1, Math.floor(limit * (this.#random() < 0.1 ? this.#random() : 1)));
      this.eventsSent += upTo - afterSeq;
      this.#carry(() => this.#platformReceives(lane, afterSeq, upTo));
      this.#take({ type: "sent", lane, batchId, upTo, nowMs: this.nowMs });
    } else if (effect.type === "connectLater") {
      this.#connection++;
      this.#at(this.nowMs + this.#retry.next().value, () => this.#connect());
    } else if (effect.type === "linkProven") {
      this.#retry = fullJitter(this.#random);
    } else if (effect.type === "report") {
      throw new Error(`reported ${effect.code} ${effect.detail}`);
    }
  }

  #connect(): void {
    const connection = ++this.#connection;
    this.#take({ type: "online", nowMs: this.nowMs });
    for (const lane of LANES.keys()) this.#carry(() => this.#platformAnswers(lane));
    this.#at(this.nowMs + this.#random() * 2 * this.#weather.breakEveryMs, () => {
      if (connection === this.#connection) this.#take({ type: "offline" });
    });
  }

  #makeEvents(): void {
    const lane = Math.floor(this.#random() * LANES.length);
    const lastSeq = (this.#lastSeq[lane] ?? 0) + 1 + Math.floor(this.#random() * 150);
    this.eventsMade += lastSeq - (this.#lastSeq[lane] ?? 0);
    this.#lastSeq[lane] = lastSeq;
    this.#take({ type: "appended", lane, lastSeq, nowMs: this.nowMs });
  }

  #platformReceives(lane: number, afterSeq: number, upTo: number): void {
    const stored = this.stored[lane] ?? [];
    for (let seq = stored.length + 1; afterSeq < seq && seq <= upTo; seq++) stored.push(seq);
    this.#platformAnswers(lane);
  }

  #platformAnswers(lane: number): void {
    const upTo = this.stored[lane]?.length ?? 0;
    this.#carry(() => this.#take({ type: "ack", lane, upTo, refused: [], nowMs: this.nowMs }));
  }

  #carry(deliver: () => void): void {
    const { lost, doubled, delayMaxMs } = this.#weather;
    const copies = this.#random() < lost ? 0 : this.#random() < doubled ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) this.#at(this.nowMs + this.#random() * delayMaxMs, deliver);
  }

  #at(atMs: number, run: () => void): void {
    this.#scheduled.push({ atMs, order: this.#order++, run });
  }
}

function isBefore(left: Scheduled, right: Scheduled): boolean {
  return left.atMs < right.atMs || (left.atMs === right.atMs && left.order < right.order);
}

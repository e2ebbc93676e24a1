/** The runtime's part, played by the test: steps, a journal in memory, checkpoints as JSON, and a kill between any two steps. */
import type { LinkOrder } from "#agent/core/link.ts";
import { markDurable } from "#agent/core/machine/finish.ts";
import type { EventDraft, MachineEffect, MachineInput, MachineState } from "#agent/core/machine/state.ts";
import { initialMachine, machineStep, resumeMachine } from "#agent/core/machine/step.ts";
import type { Policy } from "#protocol/policy/policy.ts";
import { FarMachine, nowAt, SETUP, WINDOW_MS } from "#test/machine/fixtures.ts";

export interface Taken {
  input: MachineInput;
  effects: MachineEffect[];
  /** The state after the step. */
  state: MachineState;
}

/** Thrown where the process dies. */
class Killed extends Error {}

export class Driving {
  readonly far = new FarMachine();
  readonly events: EventDraft[] = [];
  readonly taken: Taken[] = [];
  state: MachineState = initialMachine();
  setup = SETUP;
  nowMs = 0;
  /** The cable is out: exchanges and adoptions fail. */
  cut = false;
  #death: { step: number; afterCommit: boolean } | null;
  #checkpoint: string | null = null;

  /** Dies once, at the step of that number. */
  constructor(death: { step: number; afterCommit: boolean } | null = null) {
    this.#death = death;
  }

  /** Takes the input and everything that follows from it; gives the effects of its own step. */
  step(input: MachineInput): MachineEffect[] {
    const before = this.taken.length;
    try {
      this.#take(input);
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      this.restart();
    }
    return this.taken[before]?.effects ?? [];
  }

  /** Somebody wants something: who gets no answer because the agent died before it was durable asks again. */
  ask(input: MachineInput): void {
    const before = this.taken.length;
    this.step(input);
    if (!this.taken.slice(before).some((taken) => taken.input === input)) this.step(input);
  }

  /** A newer policy arrives: it is kept before anything follows from it. */
  rule(policy: Policy): void {
    this.setup = { ...this.setup, policy };
    this.step({ type: "policy", policy });
  }

  /** Time passes, window by window; the agent ticks once a second. */
  pass(ms: number): void {
    for (let left = ms; left > 0; left -= WINDOW_MS) {
      this.nowMs += WINDOW_MS;
      this.far.pass();
      if (this.nowMs % 1000 === 0) this.step({ type: "tick" });
    }
  }

  /** Another process goes on from what is durable, and ticks at once. */
  restart(): void {
    this.state = this.#checkpoint === null ? initialMachine() : resumeMachine(JSON.parse(this.#checkpoint), this.nowMs);
    if (this.setup !== SETUP) this.step({ type: "policy", policy: this.setup.policy });
    this.step({ type: "tick" });
  }

  named<N extends EventDraft["name"]>(name: N): Extract<EventDraft, { name: N }>[] {
    return this.events.filter((event): event is Extract<EventDraft, { name: N }> => event.name === name);
  }

  #take(input: MachineInput): void {
    const dies = this.#death?.step === this.taken.length ? this.#death : null;
    if (dies) this.#death = null;
    if (dies && !dies.afterCommit) throw new Killed();
    const { state, effects } = machineStep(this.state, input, this.setup, nowAt(this.nowMs));
    this.state = state;
    const commit = effects.find((effect) => effect.type === "commit");
    if (commit) {
      this.state = markDurable(state);
      this.events.push(...commit.drafts);
      this.#checkpoint = JSON.stringify(this.state);
    }
    this.taken.push({ input, effects, state: this.state });
    // An input from outside without a commit was as good as not given.
    if (dies) throw new Killed();
    for (const effect of effects) {
      if (effect.type === "adopt") this.#adopt();
      if (effect.type === "exchange") this.#exchange({ ...effect.order, confirmedBelow: this.state.durableBelow });
    }
  }

  #adopt(): void {
    if (this.cut) this.#take({ type: "adoptFailed", code: "link.timeout", detail: "" });
    else this.#take({ type: "adopted", adoption: this.far.adoption });
  }

  #exchange(order: LinkOrder): void {
    const rebooted = this.state.chip?.bootId !== this.far.adoption.bootId;
    if (this.cut) this.#take({ type: "linkFailed", code: "link.timeout" });
    else if (rebooted) this.#take({ type: "linkFailed", code: "link.rebooted" });
    else this.#take({ type: "reading", reading: this.far.exchange(order) });
  }
}

import { type ClockState, timeAt } from "#agent/core/clock/interval.ts";
import { withoutClosing } from "#agent/core/interlock/order.ts";
import { type Decision, denied } from "#agent/core/licensing/decide.ts";
import type { LinkOrder } from "#agent/core/link.ts";
import { earlyCommit, unrecorded } from "#agent/core/machine/finish.ts";
import type {
  EventDraft,
  MachineEffect,
  MachineInput,
  MachineNow,
  MachineSetup,
  MachineState,
  MachineStep,
  ScanInput,
} from "#agent/core/machine/state.ts";
import { machineStep, tickIntervalMs } from "#agent/core/machine/step.ts";
import type { After, Clock, MachineLink } from "#agent/ports.ts";
import type { Companion } from "#agent/runtime/commitGroup.ts";
import { resumedState, startedDraft } from "#agent/runtime/machineCheckpoint.ts";
import { MachineCommits, type MachineCommitsPorts } from "#agent/runtime/machineCommits.ts";
import { bounded } from "#agent/runtime/newEvents.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";
import type { Policy } from "#protocol/policy/policy.ts";

export interface MachineDriverPorts extends Omit<MachineCommitsPorts, "device" | "kept"> {
  setup: MachineSetup;
  link: MachineLink;
  clock: Clock;
  after: After;
  /** The agent's interval clock, as it is now. */
  time(): ClockState;
  stepped(before: MachineState, after: MachineState): void;
}

export interface ScanAnswer {
  decision: Decision;
  session: number | null;
}

/** Inputs that wait while a step runs. Each machine has at most a few under way; more is a fault of ours. */
const MAILBOX_MAX = 256;
const ENDS_OF_ASKING: ReadonlySet<MachineInput["type"]> = new Set(["reading", "linkFailed", "adopted", "adoptFailed"]);

/** Runs one machine: gives the core its inputs one at a time, and carries its effects out, commits first. */
export class MachineDriver {
  readonly device: string;
  #firstAnswered: () => void = () => undefined;
  /** Resolves when the machine has answered to an order for the first time, or has failed to be found or to answer. */
  readonly firstAnswer = new Promise<void>((resolve) => {
    this.#firstAnswered = resolve;
  });
  readonly #ports: MachineDriverPorts;
  readonly #commits: MachineCommits;
  /** With the policy in force: the installer's, until a signed one arrives. */
  #setup: MachineSetup;
  #state: MachineState;
  readonly #mailbox: MachineInput[] = [];
  #running = false;
  #settledMs: number;
  #cancelTick: (() => void) | null = null;
  readonly #answers = new Map<string, (answer: ScanAnswer) => void>();

  constructor(ports: MachineDriverPorts, agentVersion: string) {
    this.#ports = ports;
    this.#setup = ports.setup;
    this.device = ports.setup.device;
    this.#settledMs = ports.clock.monoMs();
    this.#commits = new MachineCommits({
      ...ports,
      device: this.device,
      kept: (state) => {
        this.#state = state;
      },
    });
    const resumed = resumedState(ports.journal, this.device, ports.clock.monoMs());
    this.#state = { ...resumed, drafts: this.#commits.sound(resumed.drafts, this.#now()) };
    this.note(startedDraft(this.#state, agentVersion));
  }

  get policy(): Policy {
    return this.#setup.policy;
  }

  get canEnforce(): boolean {
    return this.#ports.link.hasDeadMan;
  }

  get state(): MachineState {
    return this.#state;
  }

  /** When an asking came to its end last, well or not; at first, when this began. */
  get settledMs(): number {
    return this.#settledMs;
  }

  /** Begins to tick. The first tick adopts the chip. */
  start(): void {
    this.#tick();
  }

  stop(): void {
    this.#cancelTick?.();
    this.#cancelTick = null;
  }

  note(draft: EventDraft): void {
    this.dispatch({ type: "note", draft });
  }

  scan(scan: Omit<ScanInput, "type" | "journalFull">): Promise<ScanAnswer> {
    return new Promise((resolve) => {
      this.#answers.set(scan.id, resolve);
      this.dispatch({ ...scan, type: "scan", journalFull: this.#ports.journal.sizeState() === "full" });
    });
  }

  /** One input at a time: what a step causes at once waits for its end. */
  dispatch(input: MachineInput): void {
    if (this.#mailbox.length >= MAILBOX_MAX) throw new CodedError("journal.full", `mailbox of ${this.device}`);
    this.#mailbox.push(input);
    if (this.#running) return;
    this.#running = true;
    try {
      for (let next = this.#mailbox.shift(); next; next = this.#mailbox.shift()) this.#step(next);
    } finally {
      this.#running = false;
    }
  }

  /** What another machine's commit takes along; null while a step runs. */
  companion(): Companion | null {
    const now = this.#now();
    const early = this.#running ? null : earlyCommit(this.#state, now);
    return early && this.#commits.companion(early.drafts, early.state, now);
  }

  #tick(): void {
    this.dispatch({ type: "tick" });
    this.#armTick();
  }

  #armTick(): void {
    this.#cancelTick = this.#ports.after(tickIntervalMs(this.#state), () => this.#tick());
  }

  #now(): MachineNow {
    const monoMs = this.#ports.clock.monoMs();
    return { monoMs, time: timeAt(this.#ports.time(), monoMs) };
  }

  #step(input: MachineInput): void {
    const before = this.#state;
    const interval = tickIntervalMs(before);
    const now = this.#now();
    if (ENDS_OF_ASKING.has(input.type)) this.#settledMs = now.monoMs;
    if (input.type === "policy") this.#setup = { ...this.#setup, policy: input.policy };
    const step = machineStep(before, input, this.#setup, now);
    const commit = step.effects.find((effect) => effect.type === "commit");
    this.#state = step.state;
    const isDurable = !commit || this.#commit(commit.drafts, before, step, now);
    if (!isDurable && input.type === "scan") {
      // What could not be journalled does not happen: the scan is refused, the machine stays as it was.
      this.#state = before;
      this.#answer(input.id, { decision: denied(input.pass?.handle ?? null, "licence.journalFull"), session: null });
      return;
    }
    for (const effect of step.effects) this.#run(effect, isDurable);
    this.#ports.stepped(before, this.#state);
    if (this.#cancelTick && tickIntervalMs(this.#state) < interval) {
      this.#cancelTick();
      this.#armTick();
    }
  }

  /** False when legal events could not be written: they wait, and so does everything that must not happen without them. */
  #commit(drafts: readonly EventDraft[], before: MachineState, { state, effects }: MachineStep, now: MachineNow): boolean {
    const allows = effects.some((effect) => effect.type === "answer" && effect.decision.allow);
    const indispensable = allows ? drafts.filter((draft) => !before.drafts.includes(draft)) : [];
    const outcome = this.#commits.commit({ drafts, state, indispensable }, now);
    if (outcome.failure === null) return true;
    for (const draft of outcome.instead) this.note(draft);
    this.#state = { ...unrecorded(before, state, now), drafts: bounded([...outcome.drafts, ...outcome.state.drafts]) };
    this.#ports.log.warn({ device: this.device, err: outcome.failure }, "commit failed; the events wait");
    return false;
  }

  #run(effect: MachineEffect, isDurable: boolean): void {
    switch (effect.type) {
      case "commit":
        return;
      case "answer":
        this.#answer(effect.id, effect);
        return;
      case "exchange":
        void this.#exchange(isDurable ? effect.order : withoutClosing(effect.order), effect.priority).finally(this.#firstAnswered);
        return;
      case "adopt":
        void this.#adopt(effect.setup);
        return;
    }
  }

  async #exchange(order: LinkOrder, priority: "urgent" | "routine"): Promise<void> {
    try {
      // What the commit of this very step made durable may be confirmed with it.
      const confirmed = { ...order, confirmedBelow: this.#state.durableBelow };
      this.dispatch({ type: "reading", reading: await this.#ports.link.exchange(confirmed, priority) });
    } catch (error) {
      this.dispatch({ type: "linkFailed", code: this.#codeOf(error) });
    }
  }

  async #adopt(setup: Parameters<MachineLink["adopt"]>[0]): Promise<void> {
    try {
      this.dispatch({ type: "adopted", adoption: await this.#ports.link.adopt(setup) });
    } catch (error) {
      const detail = error instanceof CodedError ? error.detail : String(error);
      this.dispatch({ type: "adoptFailed", code: this.#codeOf(error), detail });
      this.#firstAnswered();
    }
  }

  #codeOf(error: unknown): ErrorCode {
    if (error instanceof CodedError) return error.code;
    this.#ports.log.warn({ device: this.device, err: error }, "the link failed in an unknown way");
    return "link.badAnswer";
  }

  #answer(id: string, answer: ScanAnswer): void {
    this.#answers.get(id)?.(answer);
    this.#answers.delete(id);
  }
}

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
  ScanInput,
} from "#agent/core/machine/state.ts";
import { machineStep, tickIntervalMs } from "#agent/core/machine/step.ts";
import type { After, Clock, Journal, MachineLink } from "#agent/ports.ts";
import { type Companion, commitTogether } from "#agent/runtime/commitGroup.ts";
import { keptState, resumedState, startedDraft } from "#agent/runtime/machineCheckpoint.ts";
import { bounded, isLegal, newEvent, onlyLegal } from "#agent/runtime/newEvents.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";
import { DICTIONARY } from "#protocol/events/dictionary.ts";
import type { Lane } from "#protocol/events/event.ts";
import type { Policy } from "#protocol/policy/policy.ts";

export interface DriverLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface MachineDriverPorts {
  setup: MachineSetup;
  link: MachineLink;
  journal: Journal;
  clock: Clock;
  after: After;
  /** The agent's interval clock, as it is now. */
  time(): ClockState;
  log: DriverLog;
  /** A decision gets the device's signature before it is committed. */
  seal(device: string, draft: EventDraft): EventDraft;
  /** What waits with the other machines of the journal, to be committed with this one's telemetry. */
  companions(): readonly Companion[];
  /** Something was committed to a lane. */
  committed(device: string, lane: Lane): void;
  stepped(before: MachineState, after: MachineState): void;
}

export interface ScanAnswer {
  decision: Decision;
  session: number | null;
}

/** Inputs that wait while a step runs. Each machine has at most a few under way; more is a fault of ours. */
const MAILBOX_MAX = 256;

/** Runs one machine: gives the core its inputs one at a time, and carries its effects out, commits first. */
export class MachineDriver {
  readonly device: string;
  #firstAnswered: () => void = () => undefined;
  /** Resolves when the machine has answered to an order for the first time, or has failed to be found or to answer. */
  readonly firstAnswer = new Promise<void>((resolve) => {
    this.#firstAnswered = resolve;
  });
  readonly #ports: MachineDriverPorts;
  /** With the policy in force: the installer's, until a signed one arrives. */
  #setup: MachineSetup;
  #state: MachineState;
  readonly #mailbox: MachineInput[] = [];
  #running = false;
  #cancelTick: (() => void) | null = null;
  readonly #answers = new Map<string, (answer: ScanAnswer) => void>();

  constructor(ports: MachineDriverPorts, agentVersion: string) {
    this.#ports = ports;
    this.#setup = ports.setup;
    this.device = ports.setup.device;
    this.#state = resumedState(ports.journal, this.device, ports.clock.monoMs());
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
    return early && this.#toCommit(early.drafts, early.state, now);
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
    if (input.type === "policy") this.#setup = { ...this.#setup, policy: input.policy };
    const step = machineStep(before, input, this.#setup, now);
    const commit = step.effects.find((effect) => effect.type === "commit");
    this.#state = step.state;
    const isDurable = !commit || this.#commit(commit.drafts, before, step.state, now);
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
  #commit(drafts: readonly EventDraft[], before: MachineState, state: MachineState, now: MachineNow): boolean {
    let failure = this.#write(drafts, state, now);
    if (failure instanceof CodedError && failure.code === "journal.telemetryFull") {
      const { legal, waiting } = onlyLegal(drafts);
      failure = this.#write(legal, { ...state, drafts: [...waiting, ...state.drafts] }, now);
    }
    if (failure === null) return true;
    this.#state = { ...unrecorded(before, state, now), drafts: bounded([...drafts, ...state.drafts]) };
    this.#ports.log.warn({ device: this.device, err: failure }, "commit failed; the events wait");
    return false;
  }

  /** Null when all is durable, else why not. */
  #write(drafts: readonly EventDraft[], state: MachineState, now: MachineNow): unknown {
    const own = this.#toCommit(drafts, state, now);
    // A legal event waits for nobody's rows.
    const others = drafts.some(isLegal) ? [] : this.#ports.companions();
    return commitTogether(this.#ports.journal, own, others);
  }

  #toCommit(drafts: readonly EventDraft[], state: MachineState, now: MachineNow): Companion {
    const events = drafts.map((draft) => newEvent(this.#ports.seal(this.device, draft), this.device, now));
    const kept = keptState(state);
    const done = () => {
      this.#state = kept.machine;
      for (const lane of new Set(events.map((event) => event.lane))) this.#ports.committed(this.device, lane);
      for (const { name, session } of drafts) this.#ports.log.info({ device: this.device, session, event: name }, DICTIONARY[name].zh);
    };
    return { events, checkpoints: [{ device: this.device, state: kept }], done };
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

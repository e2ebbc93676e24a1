/** A machine's commits: events and checkpoint together; without its telemetry where that has no room, and without what can never be written. */
import type { EventDraft, MachineNow, MachineState } from "#agent/core/machine/state.ts";
import type { Journal, NewEvent } from "#agent/ports.ts";
import { type Companion, commitTogether } from "#agent/runtime/commitGroup.ts";
import type { DriverLog } from "#agent/runtime/driverLog.ts";
import { keptState } from "#agent/runtime/machineCheckpoint.ts";
import { isLegal, newEvent, onlyLegal } from "#agent/runtime/newEvents.ts";
import { SetAside } from "#agent/runtime/setAside.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { DICTIONARY } from "#protocol/events/dictionary.ts";

export interface MachineCommitsPorts {
  device: string;
  journal: Journal;
  log: DriverLog;
  /** A decision gets the device's signature before it is committed. */
  seal(device: string, draft: EventDraft): EventDraft;
  /** What waits with the other machines of the journal, to be committed with this one's telemetry. */
  companions(): readonly Companion[];
  /** They are on record, in this order. */
  committed(device: string, events: readonly NewEvent[]): void;
  /** What was committed is the machine's state now. */
  kept(state: MachineState): void;
}

/** What is to be committed. */
interface Batch {
  drafts: readonly EventDraft[];
  state: MachineState;
}

/** Null for `failure` when all is durable; else why not, and the batch as it is to be tried again. */
interface Outcome extends Batch {
  failure: unknown;
  /** What tells of an indispensable one that can never be written: nothing was committed then, and the batch is void. */
  instead: readonly EventDraft[];
}

export class MachineCommits {
  readonly #ports: MachineCommitsPorts;
  readonly #setAside: SetAside;

  constructor(ports: MachineCommitsPorts) {
    this.#ports = ports;
    this.#setAside = new SetAside(ports);
  }

  /** The drafts, without what can never be written. */
  sound(drafts: readonly EventDraft[], now: MachineNow): EventDraft[] {
    return this.#setAside.sound(drafts, now);
  }

  /** Of `indispensable` drafts none may be set aside: what they tell must not happen without them. */
  commit({ indispensable, ...batch }: Batch & { indispensable: readonly EventDraft[] }, now: MachineNow): Outcome {
    let failure = this.#admitted(batch, now);
    if (!isForGood(failure)) return { failure, ...batch, instead: [] };
    const told = this.sound(indispensable, now);
    if (told.length !== indispensable.length || told.some((draft, index) => draft !== indispensable[index])) {
      return { failure, ...batch, instead: told.filter((draft) => !indispensable.includes(draft)) };
    }
    const sound = { drafts: this.sound(batch.drafts, now), state: { ...batch.state, drafts: this.sound(batch.state.drafts, now) } };
    failure = this.#admitted(sound, now);
    if (isCode(failure, "journal.badCheckpoint")) return this.#withoutCheckpoint(sound, failure, now);
    return { failure, ...sound, instead: [] };
  }

  /** What another machine's commit takes along; null where it can only be committed alone. */
  companion(drafts: readonly EventDraft[], state: MachineState, now: MachineNow): Companion | null {
    const own = this.#toCommit({ drafts, state }, now);
    return own instanceof CodedError ? null : own;
  }

  #admitted(batch: Batch, now: MachineNow): unknown {
    const failure = this.#write(batch, now);
    if (!isCode(failure, "journal.telemetryFull")) return failure;
    const { legal, waiting } = onlyLegal(batch.drafts);
    return this.#write({ drafts: legal, state: { ...batch.state, drafts: [...waiting, ...batch.state.drafts] } }, now);
  }

  /** The windows since the last checkpoint stay in the chip: the next process goes on from there, and may tell some of it again. */
  #withoutCheckpoint({ drafts, state }: Batch, cause: CodedError, now: MachineNow): Outcome {
    const all = [...drafts, ...this.#setAside.checkpoint(state, cause, now)];
    const { legal, waiting } = onlyLegal(all);
    const attempts: Batch[] = [
      { drafts: all, state },
      { drafts: legal, state: { ...state, drafts: [...waiting, ...state.drafts] } },
    ];
    let failure: unknown = null;
    for (const batch of attempts) {
      const own = this.#toCommit(batch, now);
      failure = own instanceof CodedError ? own : this.#eventsAlone(own, batch.state);
      if (!isCode(failure, "journal.telemetryFull")) break;
    }
    return { failure, drafts: all, state, instead: [] };
  }

  #eventsAlone({ events, done }: Companion, state: MachineState): unknown {
    const failure =
      events.length === 0 ? null : commitTogether(this.#ports.journal, { events, checkpoints: [], done: () => undefined }, []);
    if (failure !== null) return failure;
    done();
    this.#ports.kept(state);
    return null;
  }

  /** Null when all is durable, else why not. */
  #write(batch: Batch, now: MachineNow): unknown {
    const own = this.#toCommit(batch, now);
    if (own instanceof CodedError) return own;
    // A legal event waits for nobody's rows.
    const others = batch.drafts.some(isLegal) ? [] : this.#ports.companions();
    const failure = commitTogether(this.#ports.journal, own, others);
    if (failure === null) this.#setAside.checkpointKept();
    return failure;
  }

  /** An error when something of it cannot even be sealed. */
  #toCommit({ drafts, state }: Batch, now: MachineNow): Companion | CodedError {
    const { device, seal, committed, kept, log } = this.#ports;
    let events: Companion["events"];
    try {
      events = drafts.map((draft) => newEvent(seal(device, draft), device, now));
    } catch (cause) {
      return new CodedError("journal.badEvent", String(cause), { cause });
    }
    const checkpoint = keptState(state);
    const done = () => {
      kept(checkpoint.machine);
      if (events.length > 0) committed(device, events);
      for (const { name, session } of drafts) log.info({ device, session, event: name }, DICTIONARY[name].zh);
    };
    return { events, checkpoints: [{ device, state: checkpoint }], done };
  }
}

function isForGood(failure: unknown): boolean {
  return isCode(failure, "journal.badEvent") || isCode(failure, "journal.badCheckpoint");
}

function isCode(failure: unknown, code: CodedError["code"]): failure is CodedError {
  return failure instanceof CodedError && failure.code === code;
}

/** What can never be written is set aside and told instead: the commit that holds it would fail for ever, and the machine record nothing more. */
import type { EventDraft, MachineNow } from "#agent/core/machine/state.ts";
import { type AttemptRate, type Attempts, attempt } from "#agent/core/pass/attempts.ts";
import { checkedPayload, isCount } from "#agent/core/recordable.ts";
import type { DriverLog } from "#agent/runtime/driverLog.ts";
import { newEvent } from "#agent/runtime/newEvents.ts";
import { roughText } from "#agent/runtime/roughText.ts";
import { sha256Hex } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { DICTIONARY } from "#protocol/events/dictionary.ts";

interface SetAsidePorts {
  device: string;
  seal(device: string, draft: EventDraft): EventDraft;
  log: DriverLog;
}

/** So many are told one by one: a fault that comes with every second must not fill the records of the law. */
const TOLD: AttemptRate = { burst: 30, everyMs: 10_000 };
const NAME_CHARACTERS_MAX = 64;
const REASON_CHARACTERS_MAX = 256;

export class SetAside {
  readonly #ports: SetAsidePorts;
  #told: Attempts | undefined;
  #others = 0;
  #lacksCheckpoint = false;

  constructor(ports: SetAsidePorts) {
    this.#ports = ports;
  }

  /** The drafts, with what tells of it in the place of each that cannot be written. All of them can be written. */
  sound(drafts: readonly EventDraft[], now: MachineNow): EventDraft[] {
    return drafts.flatMap((draft) => {
      const reason = this.#against(draft, now);
      return reason === null ? [draft] : this.#telling({ ...draft, event: String(draft.name) }, reason, now);
    });
  }

  /** What tells that a machine's state could not be kept; said once, until one was kept again. */
  checkpoint(state: object, cause: CodedError, now: MachineNow): EventDraft[] {
    if (this.#lacksCheckpoint) return [];
    this.#lacksCheckpoint = true;
    return this.#telling({ event: "checkpoint", session: null, payload: state }, cause.detail, now);
  }

  checkpointKept(): void {
    this.#lacksCheckpoint = false;
  }

  /** Why it cannot be written; null when it can. */
  #against(draft: EventDraft, now: MachineNow): string | null {
    // Another version's checkpoint may hold events that this one does not know.
    if (!Object.hasOwn(DICTIONARY, draft.name)) return "an event of another version";
    try {
      checkedPayload(newEvent(this.#ports.seal(this.#ports.device, draft), this.#ports.device, now));
      return null;
    } catch (error) {
      return error instanceof CodedError ? error.detail : String(error);
    }
  }

  /** Nothing when it is one too many, or cannot be written either: then only the log has it. */
  #telling(what: { event: string; session: number | null; payload: object }, why: string, now: MachineNow): EventDraft[] {
    const { device, log } = this.#ports;
    const session = what.session !== null && isCount(what.session) ? what.session : null;
    const event = what.event.slice(0, NAME_CHARACTERS_MAX);
    const reason = why.slice(0, REASON_CHARACTERS_MAX);
    const digest = sha256Hex(roughText(what.payload));
    log.warn({ device, session, event, reason, digest }, "set aside: it cannot be written");
    const { allowed, held } = attempt(this.#told, TOLD, now.monoMs);
    this.#told = held;
    const told = { name: "recordSetAside", session, agoMs: 0, payload: { event, reason, digest, others: this.#others } } as const;
    if (!allowed || this.#against(told, now) !== null) {
      this.#others++;
      return [];
    }
    this.#others = 0;
    return [told];
  }
}

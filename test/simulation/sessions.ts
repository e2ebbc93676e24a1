/** The law of sessions: who may have the contactor closed, for how long, why a session may end, and that every arc of it is on record. */
import type { LinkOrder } from "#agent/core/link.ts";
import type { JournalRow } from "#agent/ports.ts";
import type { LeaseResult, OpenedBy } from "#protocol/chip/arcgateChip.ts";
import { eventName } from "#protocol/events/dictionary.ts";
import type { EventName, PayloadOf } from "#protocol/events/payloads.ts";
import type { Account } from "#test/simulation/account.ts";
import type { ChipWatch } from "#test/simulation/chip.ts";
import { PEOPLE } from "#test/simulation/keys.ts";
import { faultOf, faultOfChain, newSession, type Session } from "#test/simulation/sessionBook.ts";
import type { VirtualClock } from "#test/simulation/virtualClock.ts";
import { WINDOW_MS } from "#test/simulation/windowRing.ts";

const LEASE_MS = 8_000;
const SLACK_MS = 200;
/** An outage up to this cuts nobody's arc. */
const BORNE_OUTAGE_MS = 5_000;
/** A chip is without power for so long at most. */
const DARK_MOST_MS = 6_000;
const RECLOSE = { leastMs: 1_900, mostMs: 62_000 } as const;
/** What is too short is no arc. */
const ARC_LEAST_MS = 300;
/** After a disturbance the agent may be so far behind with the windows. */
const UNREAD_WITHIN_MS = 20_000;
/** Of a session that was told to end: its arc may burn on for so long, and the contactor may stay closed without one for so long. */
const SOFT_END = { withArcMs: 31_500, quietMs: 4_500 } as const;
export interface Limits {
  idleRelockS: number;
  sessionMaximumS: number;
}

export class Sessions implements ChipWatch {
  readonly #clock: VirtualClock;
  readonly #account: Account;
  readonly #limits: Limits;
  readonly #sessions = new Map<number, Session>();
  /** Certified people's scans that were shown to a living agent, by handle. */
  readonly #shown = new Map<string, number>();
  /** The session that was allowed last. */
  #latest: number | null = null;
  #quietSinceMs = 0;
  #bootedMs = Number.NEGATIVE_INFINITY;
  #eStoppedMs = Number.NEGATIVE_INFINITY;
  #lockedMs = Number.NEGATIVE_INFINITY;
  /** The agent has been told to end the session that ran then. */
  #mustEnd: { session: number; sinceMs: number } | null = null;
  arcs = 0;

  constructor(clock: VirtualClock, account: Account, limits: Limits) {
    this.#clock = clock;
    this.#account = account;
    this.#limits = limits;
  }

  shown(handle: string): void {
    this.#shown.set(handle, (this.#shown.get(handle) ?? 0) + 1);
  }

  lockHeard(session: number | null): void {
    this.#lockedMs = this.#clock.nowMs;
    if (session !== null && this.#account.isDiskSound) this.#mustEnd ??= { session, sinceMs: this.#clock.nowMs };
  }

  /** What could not be written, the next process does not know. */
  processDied(): void {
    if (this.#account.diskFaultMs(60_000) > 0) this.#mustEnd = null;
  }

  chipLost(): void {
    this.#bootedMs = this.#clock.nowMs;
    this.excuse();
  }

  /** Windows went that nobody had read. */
  excuse(): void {
    for (const session of this.#sessions.values())
      if (session.ended === null || this.#clock.nowMs - session.startedMs < 600_000) session.excused = true;
  }

  /** Held, or let go. */
  eStop(isHeld: boolean): void {
    this.#eStoppedMs = isHeld ? Number.POSITIVE_INFINITY : this.#clock.nowMs;
  }

  get running(): number {
    return [...this.#sessions.values()].filter(({ started, ended }) => started && ended === null).length;
  }

  ordered(order: LinkOrder, result: LeaseResult, isLeased: boolean, wasOpenMs: number | null): void {
    this.#account.note(`order ${order.mode} ${order.session} from ${order.readFrom} below ${order.confirmedBelow}: ${result}`);
    if (order.leaseMs > LEASE_MS) this.#account.wrong(`a lease of ${order.leaseMs} ms`);
    if (!isLeased) return;
    const session = this.#sessions.get(order.session);
    if (!session) {
      this.#account.wrong(`contactor closed for session ${order.session}, which is not on record`);
      return;
    }
    // What was on the wire already arrives.
    if (session.ended !== null && this.#clock.nowMs - session.endedMs > SLACK_MS)
      this.#account.wrong(`leased for session ${order.session}, which ended: ${session.ended}`);
    if (wasOpenMs === null) return;
    // A scan in the outage proves anew who stands there.
    // The chip's clock stands still while it has no power.
    const darkMs = this.#clock.nowMs - this.#bootedMs < wasOpenMs + DARK_MOST_MS ? DARK_MOST_MS : 0;
    const unprovedMs = Math.min(wasOpenMs, this.#clock.nowMs - session.shownMs);
    if (session.closedBefore && (wasOpenMs < RECLOSE.leastMs || unprovedMs > RECLOSE.mostMs + darkMs))
      this.#account.wrong(`session ${order.session} closed again after ${wasOpenMs} ms`);
    session.closedBefore = true;
    this.#quietSinceMs = this.#clock.nowMs;
  }

  opened(session: number, by: OpenedBy, atMs: number): void {
    this.#account.note(`opened ${session} by ${by} at ${atMs}`);
    const found = this.#sessions.get(session);
    const isOver = this.#mustEnd?.session === session || (found !== undefined && found.ended !== null);
    if (this.#mustEnd?.session === session) this.#mustEnd = null;
    if (found && by !== "leaseLapsed") found.cutMs += WINDOW_MS;
    if (by !== "leaseLapsed" || isOver) return;
    const apartMs = this.#account.apartMs(LEASE_MS + this.#clock.nowMs - atMs);
    if (apartMs <= BORNE_OUTAGE_MS && !this.#account.isCompound(LEASE_MS + this.#clock.nowMs - atMs))
      this.#account.wrong(`the lease of ${session} lapsed, though only ${apartMs} ms of it were disturbed`);
  }

  arced(session: number, fromMs: number, toMs: number): void {
    this.#account.note(`arc of ${session}: ${fromMs} to ${toMs}`);
    this.#quietSinceMs = toMs;
    this.arcs += 1;
    const found = this.#weldedBy(session, fromMs);
    if (!found) {
      this.#account.wrong(`an arc of session ${session}, which is not on record`);
      return;
    }
    found.burntMs += toMs - fromMs;
    if (toMs - fromMs >= ARC_LEAST_MS) found.arcMs += toMs - fromMs;
  }

  #weldedBy(leased: number, fromMs: number): Session | undefined {
    let found = this.#sessions.get(leased);
    while (found && found.heir !== null && fromMs >= found.endedMs) found = this.#sessions.get(found.heir);
    return found;
  }

  /** What goes on by itself is told late when nobody asks the chip. */
  heldFor(atMs: number, silentMs: number, quietMs: number): void {
    if (silentMs > LEASE_MS + SLACK_MS) this.#account.wrong(`closed ${silentMs} ms after the last renewal`);
    if (!this.#mustEnd) return;
    const sinceMs = atMs - this.#mustEnd.sinceMs;
    const lateMs = Math.min(sinceMs, quietMs) - SOFT_END.quietMs;
    const isLate = sinceMs > SOFT_END.withArcMs + LEASE_MS || (lateMs > 0 && this.#account.apartMs(LEASE_MS + 2_000) === 0);
    if (!isLate) return;
    this.#account.wrong(`session ${this.#mustEnd.session} goes on ${sinceMs} ms after it was told to end, ${quietMs} ms after its arc`);
    this.#mustEnd = null;
  }

  /** A legal row became durable. */
  stored({ kind, session: id, payloadText }: JournalRow): void {
    const name = eventName(kind);
    if (id === null || name === undefined) return;
    const payload = JSON.parse(payloadText ?? "{}") as PayloadOf<EventName>;
    if (name === "scanAllowed") {
      this.#allowed(id, payload as PayloadOf<"scanAllowed">);
      return;
    }
    const session = this.#sessions.get(id);
    if (!session) {
      this.#account.wrong(`${name} of session ${id}, which nobody was allowed`);
      return;
    }
    if (name === "sessionStarted") {
      if (session.started) this.#account.wrong(`session ${id} started twice`);
      session.started = true;
    }
    if (name === "arc") session.recordedMs += (payload as PayloadOf<"arc">).arcMs;
    if (name === "unaccounted") session.unaccountedMs += (payload as PayloadOf<"unaccounted">).arcMs;
    if (name === "sessionEnded") this.#ended(id, session, (payload as PayloadOf<"sessionEnded">).cause);
  }

  /** When all is over: the records against the truth. */
  judge(): void {
    const heirs = new Set([...this.#sessions.values()].map(({ heir }) => heir));
    for (const [id, session] of this.#sessions) {
      if (heirs.has(id)) continue;
      const chain = this.#chainOf(session);
      const faults = chain.some(({ excused }) => excused) ? [faultOfChain(chain)] : chain.map(faultOf);
      for (const fault of faults) if (fault !== null) this.#account.wrong(`arcs of session ${id} and its heirs: ${fault}`);
    }
  }

  #chainOf(session: Session): Session[] {
    const heir = session.heir === null ? undefined : this.#sessions.get(session.heir);
    return heir ? [session, ...this.#chainOf(heir)] : [session];
  }

  #allowed(id: number, { handle, purpose }: PayloadOf<"scanAllowed">): void {
    const known = this.#sessions.get(id);
    const left = (this.#shown.get(handle) ?? 0) - 1;
    this.#shown.set(handle, left);
    const isCertified = PEOPLE.some((person) => person.isCertified && person.handle === handle);
    if (!isCertified || left < 0 || purpose !== "start") this.#account.wrong(`session ${id} for ${handle}, who has not shown a good pass`);
    // Whoever scans while a session of theirs runs is told of that one.
    if (known && (known.handle !== handle || known.ended !== null)) this.#account.wrong(`session ${id} was given out twice`);
    if (known) {
      known.shownMs = this.#clock.nowMs;
      return;
    }
    this.#latest = id;
    this.#sessions.set(id, newSession(handle, this.#clock.nowMs));
  }

  #ended(id: number, session: Session, cause: string): void {
    if (session.ended !== null) this.#account.wrong(`session ${id} ended twice: ${session.ended}, ${cause}`);
    session.ended = cause;
    session.endedMs = this.#clock.nowMs;
    if (cause === "handover") session.heir = this.#latest;
    // The contactor stays closed, for somebody else: that is no longer what was told to end.
    if (cause === "handover" && this.#mustEnd?.session === id) this.#mustEnd = null;
    // An arc in windows that were not read yet is parted there, and a part may be too short to count.
    if (this.#account.apartMs(UNREAD_WITHIN_MS) > 0) session.cutMs += ARC_LEAST_MS + WINDOW_MS;
    this.#account.note(`session ${id} ended: ${cause}`);
    if (!this.#isExplained(session, cause)) this.#account.wrong(`session ${id} ended for no reason: ${cause}`);
  }

  #isExplained({ startedMs }: Session, cause: string): boolean {
    const { nowMs } = this.#clock;
    const { idleRelockS, sessionMaximumS } = this.#limits;
    const isTroubled = this.#account.apartMs(15_000) > 0 || this.#account.diskFaultMs(15_000) > 0 || nowMs - this.#bootedMs < 15_000;
    switch (cause) {
      case "lockedByPlatform":
        return this.#lockedMs >= startedMs;
      case "idle":
        return nowMs - this.#quietSinceMs >= idleRelockS * 1000 - 1_000 || this.#account.apartMs(90_000) > 0;
      case "sessionLimit":
        return nowMs - startedMs >= sessionMaximumS * 1000 - 2_000;
      case "leaseLost":
        return this.#account.apartMs(90_000) + this.#account.diskFaultMs(90_000) >= 50_000 || nowMs - this.#bootedMs < 90_000;
      case "eStop":
        return this.#eStoppedMs >= startedMs;
      case "contactorDidNotClose":
        return isTroubled;
      case "handover":
        return true;
      default:
        return false;
    }
  }
}

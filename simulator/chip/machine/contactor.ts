import type { ChipFault, LeaseMode, LeaseResult, OpenedBy } from "#protocol/chip/arcgateChip.ts";

/** Times are the chip's uptime: real milliseconds, whatever the plant's speed. */
export interface ContactorState {
  commandedClosed: boolean;
  mode: LeaseMode;
  /** Session of the running or last lease. */
  session: number;
  /** The watchdog; null without a lease. */
  leaseUntilMs: number | null;
  sessionUntilMs: number | null;
  /** `closedUntilArcOff` ends here, arc or no arc. */
  arcOffUntilMs: number | null;
  /** A session that was cut for a hard cause, or for its limit, may not close again: resetting an e-stop energises nothing. */
  barredSession: number | null;
  eStop: boolean;
  enclosureOpen: boolean;
  fault: ChipFault;
  openedBy: OpenedBy;
}

interface ContactorOrder {
  mode: LeaseMode;
  session: number;
  leaseMs: number;
  sessionRemainingS: number;
}

export type ContactorEvent =
  /** `isUnpaid`: a session that the offline budget has no start left for. */
  | { type: "order"; order: ContactorOrder; isUnpaid: boolean }
  | { type: "tick" }
  /** No arc condition for 2 s of the plant's time. */
  | { type: "arcOff" }
  | { type: "eStop"; on: boolean }
  | { type: "enclosure"; on: boolean }
  | { type: "fault"; fault: Exclude<ChipFault, "none"> }
  | { type: "clearFault" };

interface ContactorStep {
  state: ContactorState;
  /** Only for orders. */
  result?: LeaseResult;
}

/** However long a soft end is asked for, the contactor opens after it. */
const ARC_OFF_HARD_MS = 30_000;

/** What of the contactor's state outlives a power loss: the session of the last lease (0: it is over), and the one that was barred last. */
export type KeptContactor = Pick<ContactorState, "session" | "barredSession">;

export function powerUpContactor({ session, barredSession }: KeptContactor = { session: 0, barredSession: null }): ContactorState {
  return {
    commandedClosed: false,
    mode: "open",
    session,
    leaseUntilMs: null,
    sessionUntilMs: null,
    arcOffUntilMs: null,
    barredSession,
    eStop: false,
    enclosureOpen: false,
    fault: "none",
    openedBy: "powerUp",
  };
}

/** The chip owns the contactor; orders only rent it. Decides; moves nothing. */
export function contactorNext(state: ContactorState, event: ContactorEvent, nowMs: number): ContactorStep {
  switch (event.type) {
    case "order":
      return onOrder(state, event.order, event.isUnpaid, nowMs);
    case "tick":
      return { state: onTick(state, nowMs) };
    case "arcOff":
      return { state: state.commandedClosed && state.mode === "closedUntilArcOff" ? opened(state, "arcOff") : state };
    case "eStop":
      return { state: cut({ ...state, eStop: event.on }, event.on ? "eStop" : undefined) };
    case "enclosure":
      return { state: cut({ ...state, enclosureOpen: event.on }, event.on ? "enclosure" : undefined) };
    case "fault":
      return { state: state.fault === "none" ? cut({ ...state, fault: event.fault }, "fault") : state };
    case "clearFault":
      return { state: state.fault === "none" ? state : { ...state, fault: "none" } };
  }
}

/** When `tick` next has something to do; null while nothing runs out. */
export function contactorDeadline(state: ContactorState): number | null {
  if (!state.commandedClosed) return null;
  return Math.min(...[state.leaseUntilMs, state.sessionUntilMs, state.arcOffUntilMs].map((at) => at ?? Number.POSITIVE_INFINITY));
}

function onOrder(state: ContactorState, order: ContactorOrder, isUnpaid: boolean, nowMs: number): ContactorStep {
  if (order.mode === "open") {
    return { state: state.commandedClosed ? opened(state, "command") : { ...state, mode: "open" }, result: "accepted" };
  }
  if (order.session === 0 || order.leaseMs === 0 || order.sessionRemainingS === 0) return { state, result: "badValue" };
  const barred = order.session === state.barredSession;
  if (state.eStop || state.enclosureOpen || state.fault !== "none" || barred) return { state, result: "refused" };
  // Only `closed` closes: a contactor that opened meanwhile stays open under the other modes, and holds no lease.
  if (!state.commandedClosed && order.mode !== "closed") return { state, result: "accepted" };
  // And only `closed` hands a running lease to another session.
  if (order.mode !== "closed" && order.session !== state.session) return { state, result: "refused" };
  if (isUnpaid) return { state, result: "budgetSpent" };
  return { state: leased(state, order, nowMs), result: "accepted" };
}

function leased(state: ContactorState, order: ContactorOrder, nowMs: number): ContactorState {
  const asked = nowMs + order.sessionRemainingS * 1000;
  const renewal = state.commandedClosed && state.session === order.session;
  const ending = order.mode === "closedUntilArcOff";
  return {
    ...state,
    commandedClosed: true,
    mode: order.mode,
    session: order.session,
    leaseUntilMs: nowMs + order.leaseMs,
    // A renewal may shorten the session, never lengthen it.
    sessionUntilMs: renewal ? Math.min(asked, state.sessionUntilMs ?? asked) : asked,
    arcOffUntilMs: ending ? (renewal && state.arcOffUntilMs !== null ? state.arcOffUntilMs : nowMs + ARC_OFF_HARD_MS) : null,
  };
}

function onTick(state: ContactorState, nowMs: number): ContactorState {
  if (!state.commandedClosed) return state;
  if (state.sessionUntilMs !== null && nowMs >= state.sessionUntilMs) return cut(state, "sessionLimit");
  if (state.leaseUntilMs !== null && nowMs >= state.leaseUntilMs) return opened(state, "leaseLapsed");
  if (state.arcOffUntilMs !== null && nowMs >= state.arcOffUntilMs) return opened(state, "arcOff");
  return state;
}

/** Opens for a cause that ends the session for good: also one whose lease has lapsed, and which could have closed again. */
function cut(state: ContactorState, by: OpenedBy | undefined): ContactorState {
  if (by === undefined) return state;
  const barred = { ...state, barredSession: state.session === 0 ? state.barredSession : state.session };
  return state.commandedClosed ? opened(barred, by) : barred;
}

function opened(state: ContactorState, openedBy: OpenedBy): ContactorState {
  return { ...state, commandedClosed: false, mode: "open", leaseUntilMs: null, sessionUntilMs: null, arcOffUntilMs: null, openedBy };
}

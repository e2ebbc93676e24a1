/** The end of every step: what must be committed, and what is said to the chip next. */
import { orderOf } from "#agent/core/interlock/order.ts";
import { heldOpen } from "#agent/core/interlock/underLease.ts";
import { indicatorOf } from "#agent/core/machine/indicator.ts";
import { interlockNow } from "#agent/core/machine/session.ts";
import type { Draft, EventDraft, MachineNow, MachineState, MachineStep } from "#agent/core/machine/state.ts";
import { TELEMETRY_FLUSH_MS } from "#agent/core/machine/telemetry.ts";
import { DICTIONARY } from "#protocol/events/dictionary.ts";

/** Idle time is confirmed seldom: it costs the card a write and the chip one record. */
const IDLE_COMMIT_MS = 300_000;

/** Gathers what must be committed, and says the next order: at once when it changed, else with the tick. */
export function finish(before: MachineState, draft: Draft, effects: MachineStep["effects"], isTick: boolean, now: MachineNow): MachineStep {
  let { state } = draft;
  const drafts = [...state.drafts, ...draft.drafts];
  const legal = drafts.some((found) => DICTIONARY[found.name].lane === "legal");
  const waits = state.pending !== null || drafts.length > 0;
  state = { ...state, waitsSinceMonoMs: waits ? (state.waitsSinceMonoMs ?? now.monoMs) : null };
  const due = isDue(state, now.monoMs);
  const commit: MachineStep["effects"] = [];
  if (legal || due || beganToEnd(before, state) || isRelisted(before, state)) {
    const takesWindows = due || draft.drafts.some((found) => found.name === "sessionEnded");
    const taken = takesWindows ? takeWaiting({ ...state, drafts }) : { drafts, state: { ...state, drafts: [] } };
    commit.push({ type: "commit", drafts: taken.drafts });
    state = taken.state;
  } else state = { ...state, drafts };

  const { exchange, state: ordered } = nextExchange(state, isTick, now);
  return { state: ordered, effects: [...commit, ...effects, ...exchange] };
}

/** What another machine's commit takes along, so that the card is written once for both; null when it may wait for long. */
export function earlyCommit(state: MachineState, { monoMs }: MachineNow): { drafts: EventDraft[]; state: MachineState } | null {
  const mayWait = !isDue(state, monoMs) && (state.waitsSinceMonoMs !== null || unsavedMs(state) < IDLE_COMMIT_MS / 2);
  return mayWait ? null : takeWaiting(state);
}

/** By the agent's clock, in step with every other machine of the agent. */
function isDue(state: MachineState, monoMs: number): boolean {
  const { waitsSinceMonoMs } = state;
  if (waitsSinceMonoMs === null) return unsavedMs(state) >= IDLE_COMMIT_MS;
  return Math.floor(monoMs / TELEMETRY_FLUSH_MS) > Math.floor(waitsSinceMonoMs / TELEMETRY_FLUSH_MS);
}

function unsavedMs({ nextSeq, durableBelow, chip }: MachineState): number {
  return (nextSeq - durableBelow) * (chip?.windowMs ?? 0);
}

function takeWaiting(state: MachineState): { drafts: EventDraft[]; state: MachineState } {
  const windows = state.pending ? [windowsDraft(state.pending, state)] : [];
  return { drafts: [...state.drafts, ...windows], state: { ...state, drafts: [], pending: null, waitsSinceMonoMs: null } };
}

/** Must outlive a kill at once, although no event tells it yet: or the next process would give the session its contactor back. */
function beganToEnd(before: MachineState, { interlock }: MachineState): boolean {
  return interlock.at !== before.interlock.at && (interlock.at === "ending" || interlock.at === "opening");
}

/** What a list said of the welder at work, too: the next process may find an older list on its disk. */
function isRelisted(before: MachineState, after: MachineState): boolean {
  const was = before.licence?.entry;
  const is = after.licence?.entry;
  return was !== is && JSON.stringify(was) !== JSON.stringify(is);
}

function nextExchange(state: MachineState, isTick: boolean, now: MachineNow): { state: MachineState; exchange: MachineStep["effects"] } {
  const { link } = state;
  if (link.at !== "up" || link.busy) return { state, exchange: [] };
  const order = orderOf(state.interlock, interlockNow(state, now));
  const changed = !state.sent || state.sent.mode !== order.mode || state.sent.session !== order.session;
  if (!changed && !isTick) return { state, exchange: [] };
  const full = { ...order, ...indicatorOf(state, now), readFrom: state.nextSeq, confirmedBelow: state.durableBelow };
  return {
    state: { ...state, link: { ...link, busy: true }, sent: { mode: order.mode, session: order.session } },
    exchange: [{ type: "exchange", order: full, priority: changed ? "urgent" : "routine" }],
  };
}

export function windowsDraft(payload: NonNullable<MachineState["pending"]>, state: MachineState): EventDraft {
  return { name: "windows", session: state.meteredSession, agoMs: 0, payload };
}

/** Everything up to the state's `nextSeq` is durable: its checkpoint was committed. */
export function markDurable(state: MachineState): MachineState {
  return { ...state, durableBelow: state.nextSeq };
}

/** A step whose events could not be put on record closes nothing: an outage goes on until they can, or its time is up. */
export function unrecorded(before: MachineState, after: MachineState, now: MachineNow): MachineState {
  if (after.interlock.at !== "closing") return after;
  const wasOut = before.interlock.at === "outage" && before.interlock.session.id === after.interlock.session.id;
  return { ...after, interlock: wasOut ? before.interlock : heldOpen(after.interlock, interlockNow(after, now)) };
}

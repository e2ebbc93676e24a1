import { sessionOf } from "#agent/core/interlock/common.ts";
import type { InterlockNow, InterlockState } from "#agent/core/interlock/state.ts";
import type { LinkOrder } from "#agent/core/link.ts";
import { LEASE_MS } from "#protocol/chip/arcgateChip.ts";

export type InterlockOrder = Omit<LinkOrder, "readFrom" | "confirmedBelow">;

const LAMP = {
  unlinked: "off",
  locked: "yellow",
  awaitingStart: "blueBlink",
  closing: "green",
  energised: "green",
  ending: "redBlink",
  outage: "green",
  opening: "yellow",
  faulted: "red",
} as const satisfies Record<InterlockState["at"], LinkOrder["lamp"]>;

/**
 * What the state wants of the chip. This is the only source of a lease: a renewal exists because the state machine was
 * asked and was in a state that holds one.
 */
export function orderOf(state: InterlockState, now: InterlockNow): InterlockOrder {
  const session = sessionOf(state);
  const idle: InterlockOrder = {
    mode: "open",
    session: session?.id ?? 0,
    leaseMs: 0,
    sessionRemainingS: 0,
    lamp: LAMP[state.at],
    buzzer: "off",
  };
  if (!session || LEASE_MODE[state.at] === "open") return idle;
  const usedS = Math.floor(Math.max(0, now.chipMs - session.startedChipMs) / 1000);
  // The chip's own limit leaves room for a soft end: it is the backstop, not the rule.
  const sessionRemainingS = Math.min(0xffff, Math.max(0, session.limitS - usedS) + 60);
  return { ...idle, mode: LEASE_MODE[state.at], leaseMs: LEASE_MS, sessionRemainingS };
}

/** Only `closing` closes. In an outage the lease is renewed, but a contactor that has opened stays open. */
const LEASE_MODE = {
  unlinked: "open",
  locked: "open",
  awaitingStart: "open",
  closing: "closed",
  energised: "stayClosed",
  ending: "closedUntilArcOff",
  outage: "stayClosed",
  opening: "open",
  faulted: "open",
} as const satisfies Record<InterlockState["at"], LinkOrder["mode"]>;

/** Nothing is energised by a decision that is not on record; what is closed for the session already is kept. */
export function withoutClosing(order: LinkOrder): LinkOrder {
  return order.mode === "closed" ? { ...order, mode: "stayClosed" } : order;
}

/** Facts of the interlock and the meter, as events of the dictionary. */
import type { HardCause, InterlockFact } from "#agent/core/interlock/state.ts";
import type { LicenceWarning } from "#agent/core/licensing/warnings.ts";
import type { EventDraft } from "#agent/core/machine/state.ts";
import type { MeterFact, SessionTotals } from "#agent/core/metering/settings.ts";

/** `chipNowMs` is the window clock now: what the meter found lies before it. */
export function meterDraft(fact: MeterFact, session: number | null, chipNowMs: number): EventDraft | null {
  const at = { session, agoMs: Math.max(0, chipNowMs - momentOf(fact, chipNowMs)) };
  switch (fact.type) {
    case "arcStarted":
      return null;
    case "arcEnded":
      return { name: "arc", ...at, payload: rounded(fact.arc) };
    case "windowsLost":
      return { name: "windowsLost", ...at, payload: { fromSeq: fact.fromSeq, count: fact.count } };
    default: {
      const { type, ...payload } = fact;
      return { name: type, ...at, payload: rounded(payload) } as EventDraft;
    }
  }
}

function momentOf(fact: MeterFact, chipNowMs: number): number {
  if (fact.type === "arcEnded") return fact.arc.endMs;
  if ("endMs" in fact) return fact.endMs;
  return "atMs" in fact ? fact.atMs : chipNowMs;
}

/** Three decimals are finer than any sensor here, and keep the journal small. */
function rounded<T extends object>(payload: T): T {
  return Object.fromEntries(
    Object.entries(payload).map(([name, value]) => [name, typeof value === "number" ? Math.round(value * 1000) / 1000 : value]),
  ) as T;
}

export function interlockDrafts(fact: InterlockFact, totals: SessionTotals, chipNowMs: number): EventDraft[] {
  const at = { session: "session" in fact ? (fact.session?.id ?? null) : null, agoMs: 0 };
  switch (fact.type) {
    case "startAwaited":
      return [{ name: "startAwaited", ...at, payload: { handle: fact.session.handle, withinMs: 30_000 } }];
    case "startExpired":
      return [
        { name: "startExpired", ...at, payload: { handle: fact.session.handle } },
        { name: "remoteScan", ...at, payload: { handle: fact.session.handle, reason: "startButtonNotPressed" } },
      ];
    case "sessionStarted": {
      const { handle, limitS, idleRelockS } = fact.session;
      return [{ name: "sessionStarted", ...at, payload: { handle, sessionLimitS: limitS, idleRelockS } }];
    }
    case "sessionEnded": {
      const durationMs = Math.max(0, chipNowMs - fact.session.startedChipMs);
      return [{ name: "sessionEnded", ...at, payload: rounded({ handle: fact.session.handle, cause: fact.cause, durationMs, ...totals }) }];
    }
    case "contactorClosed":
      return [{ name: "contactorClosed", ...at, payload: { afterMs: Math.round(fact.afterMs) } }];
    case "contactorOpened":
      return [{ name: "contactorOpened", ...at, payload: { by: fact.by, afterMs: Math.round(fact.afterMs) } }];
    case "leaseLost":
      return [{ name: "leaseLost", ...at, payload: { silentMs: Math.round(fact.silentMs) } }];
    case "faulted":
      return faultDrafts(fact.fault);
    case "faultCleared":
      return fact.fault === "eStop" ? [{ name: "eStop", ...at, payload: { pressed: false } }] : [];
  }
}

function faultDrafts(fault: HardCause): EventDraft[] {
  const at = { session: null, agoMs: 0 };
  switch (fault) {
    case "eStop":
      return [{ name: "eStop", ...at, payload: { pressed: true } }];
    case "enclosureOpen":
      return [{ name: "enclosureOpened", ...at, payload: {} }];
    // Told by detection, with the windows around them.
    case "weldedContact":
    case "mirrorDisagrees":
    case "sensorMissing":
    case "currentWhileOpen":
    case "none":
      return [];
  }
}

export function warningDraft({ type, ...payload }: LicenceWarning): EventDraft {
  return { name: type, session: null, agoMs: 0, payload } as EventDraft;
}

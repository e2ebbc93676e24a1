/** The pure state machine of a vault's keeper. Every input is followed by the next thing to do, if any. */
import type { LinkVault } from "#agent/core/link.ts";
import { isLow } from "#agent/core/vault/budget.ts";
import {
  MIRROR_EVERY_MS,
  NO_HEAD,
  READ_EVERY_MS,
  REFILL_ANSWER_MS,
  REFILL_EVERY_MS,
  REFILL_FIRST_MS,
  REFILL_LONGEST_MS,
  RETRY_MS,
  type Refill,
  type VaultChange,
  type VaultEffect,
  type VaultInput,
  type VaultJob,
  type VaultKeeping,
  type VaultNow,
} from "#agent/core/vault/state.ts";

type Input<T extends VaultInput["type"]> = Extract<VaultInput, { type: T }>;

export function stepVault(keeping: VaultKeeping, input: VaultInput, now: VaultNow): VaultChange {
  return proceed(taken(keeping, input, now), now);
}

/** When a tick is due; undefined: never. */
export function vaultWakeMs(keeping: VaultKeeping): number | undefined {
  const { vault, busy, readAtMs, raiseAtMs, online, refill } = keeping;
  const due = busy ? [] : [readAtMs];
  if (!busy && vault && hasNews(keeping, vault)) due.push(raiseAtMs);
  if (refill.at === "asked") due.push(refill.deadlineMs);
  if (refill.at === "due" && online && vault && !busy) due.push(refill.askAtMs);
  const next = Math.min(...due);
  return Number.isFinite(next) ? next : undefined;
}

function taken(keeping: VaultKeeping, input: VaultInput, now: VaultNow): VaultKeeping {
  const { monoMs } = now;
  switch (input.type) {
    case "met":
      // A boot makes a new challenge: what was asked for the old one is worth nothing.
      return { ...keeping, vault: null, readAtMs: monoMs, raiseAtMs: monoMs, refill: askedAnew(keeping.refill, monoMs) };
    case "lost":
      return { ...keeping, vault: null, readAtMs: Number.POSITIVE_INFINITY };
    case "online":
      return wentOnline({ ...keeping, online: true, refill: askedAnew(keeping.refill, monoMs) }, now);
    case "offline":
      return { ...keeping, online: false };
    case "tick":
      return expired(keeping, now);
    case "wanted":
      return { ...keeping, wanted: { floors: input.floors, head: input.head ?? keeping.wanted.head } };
    case "started":
      return { ...keeping, readAtMs: Math.min(keeping.readAtMs, monoMs) };
    case "vault":
      return read(keeping, input, now);
    case "failed":
      return failed(keeping, input, now);
    case "envelope":
      return answered(keeping, input, now);
  }
}

/** The connection may not last: a low budget does not wait for its hour. */
function wentOnline(keeping: VaultKeeping, { monoMs }: VaultNow): VaultKeeping {
  return keeping.vault && isLow(keeping.vault.budget) ? refilledSooner(keeping, monoMs) : keeping;
}

function askedAnew(refill: Refill, monoMs: number): Refill {
  return refill.at === "due" ? refill : { at: "due", askAtMs: monoMs, attempt: 0 };
}

function expired(keeping: VaultKeeping, now: VaultNow): VaultKeeping {
  const { refill } = keeping;
  return refill.at === "asked" && now.monoMs >= refill.deadlineMs ? { ...keeping, refill: later(refill.attempt, now) } : keeping;
}

function read(keeping: VaultKeeping, { vault, after }: Input<"vault">, now: VaultNow): VaultKeeping {
  const next: VaultKeeping = { ...keeping, vault, busy: false, readAtMs: now.monoMs + READ_EVERY_MS };
  if (after === "carry") {
    return { ...next, refill: { at: "due", askAtMs: now.monoMs + REFILL_EVERY_MS * (0.9 + 0.1 * now.jitter), attempt: 0 } };
  }
  if (after !== "raise") return isLow(vault.budget) ? refilledSooner(next, now.monoMs + REFILL_LONGEST_MS) : next;
  // What uptime does not explain needs an envelope; asking the chip again at once would change nothing.
  const behind = isBehind(next, vault);
  const raiseAtMs = now.monoMs + (behind ? READ_EVERY_MS : MIRROR_EVERY_MS);
  return behind ? refilledSooner({ ...next, raiseAtMs }, now.monoMs) : { ...next, raiseAtMs };
}

/** Brings a routine refill forward; what is being tried already keeps its own times. */
function refilledSooner(keeping: VaultKeeping, atMs: number): VaultKeeping {
  const { refill } = keeping;
  if (refill.at !== "due" || refill.attempt > 0 || refill.askAtMs <= atMs) return keeping;
  return { ...keeping, refill: { ...refill, askAtMs: atMs } };
}

function failed(keeping: VaultKeeping, { job }: Input<"failed">, now: VaultNow): VaultKeeping {
  const next: VaultKeeping = { ...keeping, busy: false };
  if (job === "carry") return { ...next, refill: later(keeping.refill.attempt, now), readAtMs: now.monoMs };
  if (job === "raise") return { ...next, raiseAtMs: now.monoMs + RETRY_MS };
  return { ...next, readAtMs: now.monoMs + RETRY_MS };
}

function answered(keeping: VaultKeeping, { id, envelope }: Input<"envelope">, now: VaultNow): VaultKeeping {
  const { refill } = keeping;
  if (refill.at !== "asked" || refill.id !== id) return keeping;
  if (!envelope) return { ...keeping, refill: later(refill.attempt, now) };
  return { ...keeping, refill: { at: "arrived", envelope, attempt: refill.attempt } };
}

/** Doubling, with half of it random. */
function later(attempt: number, now: VaultNow): Refill {
  const longest = Math.min(REFILL_LONGEST_MS, REFILL_FIRST_MS * 2 ** Math.min(attempt, 16));
  return { at: "due", askAtMs: now.monoMs + longest * (0.5 + 0.5 * now.jitter), attempt: attempt + 1 };
}

function proceed(keeping: VaultKeeping, now: VaultNow): VaultChange {
  const effects: VaultEffect[] = [];
  let next = keeping;
  const job = next.busy ? null : nextJob(next, now);
  if (job) {
    next = { ...next, busy: true };
    effects.push({ type: "job", job });
  }
  const { refill, vault, online } = next;
  // While the bus is busy the challenge may be about to change.
  if (online && vault && !next.busy && refill.at === "due" && now.monoMs >= refill.askAtMs) {
    const id = `envelope-${next.requests + 1}`;
    next = {
      ...next,
      requests: next.requests + 1,
      refill: { at: "asked", id, deadlineMs: now.monoMs + REFILL_ANSWER_MS, attempt: refill.attempt },
    };
    effects.push({ type: "ask", request: { v: 1, id, want: "envelope", challenge: vault.challenge, have: next.wanted.floors } });
  }
  return { keeping: next, effects };
}

function nextJob(keeping: VaultKeeping, { monoMs }: VaultNow): VaultJob | null {
  const { vault, refill, wanted } = keeping;
  if (!vault) return monoMs >= keeping.readAtMs ? { do: "read" } : null;
  if (refill.at === "arrived") return { do: "carry", envelope: refill.envelope };
  if (monoMs >= keeping.raiseAtMs && hasNews(keeping, vault)) {
    return { do: "raise", floors: wanted.floors, head: wanted.head ?? NO_HEAD };
  }
  return monoMs >= keeping.readAtMs ? { do: "read" } : null;
}

function hasNews(keeping: VaultKeeping, vault: LinkVault): boolean {
  return isBehind(keeping, vault) || isHeadNewer(keeping, vault);
}

function isBehind({ wanted: { floors } }: VaultKeeping, { floors: held }: LinkVault): boolean {
  return floors.list > held.list || floors.overlay > held.overlay || floors.keyset > held.keyset || floors.policy > held.policy;
}

function isHeadNewer({ wanted: { head } }: VaultKeeping, { journal }: LinkVault): boolean {
  return head !== null && (head.chain > journal.chain || (head.chain === journal.chain && head.seq > journal.seq));
}

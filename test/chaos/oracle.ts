/**
 * Says who may work, from what people did and what is in force: written from protocol/README.md (Lease, Vault, Pass, Policy) and the
 * design's decisions 1, 4, 5, 6 and 8 alone; 250 lines of code with law.ts. It shares no code with the agent; its figures are those of the text.
 */
import type { Policy } from "#protocol/policy/policy.ts";
import type { InForce, Shown } from "#test/chaos/facts.ts";
import { BITS, type Holder, holderOf, isAway, isOnCredential, judged, permitOf, S, standingAgainst, uncertified } from "#test/chaos/law.ts";

const NOBODY = "0".repeat(32);
const WITHIN = { button: 30 * S, challenge: 30 * S, guard: 300 * S, softEnd: 30 * S, arcOff: 2 * S, resume: 60 * S, close: 5 * S } as const;
/** Who is not heard cannot be told to open before the lease lapses; the world looks so seldom; closing takes so long. */
const LEASE = 8.2 * S;
const LOOK = 5 * S;

type Times = { fromMs: number; fromPoweredMs: number; failingMs: number | null };
type Licence = Holder & Times & { button: boolean; limitS: number; over: string | null };

/** What the module remembers: an older disk brings an older one back. */
export interface Memory {
  licences: Record<number, Licence>;
  current: number;
  once: { handle: string; issuedMs: number }[];
  counter: number;
  policy: number;
  guard: { handle: string; certified: boolean; far: boolean; chipMs: number } | null;
  waiting: { shown: Shown; chipMs: number } | null;
}

export class Oracle {
  memory: Memory = { licences: {}, current: 0, once: [], counter: 0, policy: 0, guard: null, waiting: null };
  readonly #used = new Set<string>();
  /** Which process runs: no challenge of an older one is good. */
  process = 1;
  readonly #closedMs = new Map<number, number>();
  #activeMs = 0;
  #ruledMs = 0;
  #putBackMs = Number.NEGATIVE_INFINITY;
  #lastClosedMs = 0;

  restarted(nowMs: number): void {
    this.process += 1;
    this.#activeMs = nowMs;
  }

  /** An older disk: the module has forgotten what came after it. The chip has not, but only its budget bounds how often this is done. */
  putBack(memory: Memory, { nowMs, poweredMs }: InForce, savedPoweredMs: number): void {
    this.memory = memory;
    this.#putBackMs = nowMs;
    for (const licence of Object.values(memory.licences)) licence.fromPoweredMs += poweredMs - savedPoweredMs;
  }

  /** The chip booted: windows that nobody heard of count for nothing. */
  booted(unheardMs: number): void {
    this.unguarded();
    for (const licence of Object.values(this.memory.licences)) licence.fromPoweredMs += unheardMs;
  }

  /** A session ended, or the clock by which it counts: who stood guard does so no longer. */
  unguarded(): void {
    this.memory.guard = null;
    this.memory.waiting = null;
  }

  ruled(policy: Policy, nowMs: number): void {
    this.#ruledMs = nowMs;
    const { licences, current } = this.memory;
    this.memory.policy = Math.max(this.memory.policy, policy.version);
    const running = licences[current];
    if (running) running.limitS = Math.min(running.limitS, policy.sessionMaximumS);
  }

  listed({ list }: InForce): void {
    const running = this.memory.licences[this.memory.current];
    if (!running || !list) return;
    running.entry = list.entries.get(running.handle) ?? null;
    running.listMs = list.issuedMs;
  }

  ended(why: string, id = this.memory.current): void {
    const licence = this.memory.licences[id];
    if (licence) licence.over ??= why;
  }

  pressed({ nowMs }: InForce): void {
    const licence = this.memory.licences[this.memory.current];
    if (licence && nowMs - licence.fromMs <= WITHIN.button) licence.button = false;
  }

  /** Why what was shown starts nothing, or vouches for nobody; null: it must do so, at a machine that is ready. */
  against(shown: Shown, now: InForce): string | null {
    const { policy } = now;
    if (policy.version < Math.max(now.policyFloor, this.memory.policy)) return "older policy";
    if (policy.machineClass === "retired") return "retired";
    const proof = this.#unproved(shown, now);
    if (shown.purpose === "guard" && proof === null) return this.#againstGuard(shown, now);
    if (policy.machineClass !== "enforced") return null;
    return proof ?? this.#againstStart(shown, now);
  }

  /** What was shown has been judged by the machine: what it used up is used up; and a start that it made is remembered as far as it was right. */
  answered(shown: Shown, answer: { allow: boolean; waits: boolean; session: number | null }, now: InForce): string | null {
    const unproved = this.#unproved(shown, now);
    const { memory } = this;
    const isGuard = shown.purpose === "guard" && unproved === null;
    let wrong = answer.allow && isGuard ? this.against(shown, now) : null;
    const waiting = this.#waiting(now);
    if (answer.allow && isGuard) {
      const certified = uncertified(shown, now) === null;
      memory.guard = { handle: shown.handle, certified, far: shown.way === "grant", chipMs: now.chipMs };
      const lacks = waiting && now.policy.machineClass === "enforced" ? this.#againstStart(waiting, now) : null;
      // Another guardian may still be the one.
      if (lacks !== "no guardian") memory.waiting = null;
      if (waiting && waiting.session === answer.session) wrong ??= this.#start(waiting, false, lacks, now);
    }
    if (answer.allow && !isGuard && answer.session === shown.session) {
      wrong = this.#start(shown, unproved !== null, this.against(shown, now), now);
    }
    if (!answer.allow && answer.waits) memory.waiting = { shown, chipMs: now.chipMs };
    const { proof } = shown;
    if (proof.by === "grant" && unproved !== "not ours" && unproved !== "out of time")
      memory.counter = Math.max(memory.counter, proof.counter);
    if (proof.by === "challenge" && unproved === null) this.#used.add(proof.id);
    return wrong;
  }

  /** An order to close was given: the moment at which nobody may be without a licence. */
  ordered(id: number, now: InForce): string | null {
    const licence = this.memory.licences[id];
    this.#activeMs = now.nowMs;
    if (!licence || licence.over) return licence?.over ?? "nobody was given this session";
    if (licence.button) return "nobody pressed the start button";
    const lastMs = licence.fromMs <= this.#putBackMs ? this.#lastClosedMs : (this.#closedMs.get(id) ?? 0);
    const sinceMs = Math.max(licence.fromMs + WITHIN.button, lastMs);
    if (now.nowMs - sinceMs > WITHIN.resume + WITHIN.close + LOOK) return "closed again too late";
    return this.#fails(licence, now);
  }

  /** The contactor is closed. */
  closed(id: number, now: InForce): string | null {
    const { nowMs, arcing } = now;
    const licence = this.memory.licences[id];
    if (arcing || this.#closedMs.get(id) === undefined) this.#activeMs = nowMs;
    this.#closedMs.set(id, nowMs);
    this.#lastClosedMs = nowMs;
    // A lease that began under the younger disk runs until it lapses.
    if (nowMs - this.#putBackMs <= LEASE + LOOK) return null;
    if (!licence) return "nobody was given this session";
    if (licence.button) return "nobody pressed the start button";
    const failing =
      licence.over ?? this.#fails(licence, now) ?? (now.poweredMs - licence.fromPoweredMs > licence.limitS * S ? "session limit" : null);
    licence.failingMs = failing === null ? null : (licence.failingMs ?? nowMs);
    const idleMs = nowMs - this.#activeMs;
    if (Math.min(idleMs - now.policy.idleRelockS * S, nowMs - this.#ruledMs) > LEASE + LOOK) return "idle";
    if (failing === null || licence.failingMs === null) return null;
    const forMs = nowMs - licence.failingMs;
    const graceMs = idleMs > WITHIN.arcOff + LOOK ? WITHIN.arcOff : WITHIN.softEnd;
    return forMs > graceMs + LEASE + LOOK ? `${failing}, for ${forMs} ms` : null;
  }

  #start(shown: Shown, nobody: boolean, wrong: string | null, now: InForce): string | null {
    const { memory } = this;
    const { policy, nowMs, poweredMs } = now;
    const { session, way, maxSessionS } = shown;
    const holder = holderOf(nobody ? { handle: NOBODY, credential: null } : shown, now);
    const isEnforced = policy.machineClass === "enforced";
    const guardFar = isEnforced && this.#needed(holder.handle, now) !== null && memory.guard?.far === true;
    if (isEnforced && !isOnCredential(holder, now, judged(now) ?? now.earliestMs)) holder.credential = null;
    if (isEnforced && holder.credential) memory.once.push({ handle: holder.handle, issuedMs: holder.credential.issuedMs });
    this.ended("another's session");
    this.unguarded();
    memory.current = session;
    const limitS = nobody ? policy.sessionMaximumS : Math.min(policy.sessionMaximumS, maxSessionS);
    const times = { fromMs: nowMs, fromPoweredMs: poweredMs, failingMs: null };
    memory.licences[session] = { ...holder, ...times, button: nobody || way === "grant" || guardFar, limitS, over: null };
    return wrong;
  }

  #unproved({ proof, purpose }: Shown, { nowMs, earliestMs, latestMs, policy }: InForce): string | null {
    if (!proof.ours) return "not ours";
    if (proof.by === "challenge") {
      if (!proof.signed || this.#used.has(proof.id)) return "used or forged";
      return proof.process === this.process && nowMs - proof.madeMs < WITHIN.challenge ? null : "stale";
    }
    if (earliestMs >= proof.untilMs || (latestMs !== null && latestMs < proof.fromMs)) return "out of time";
    if (proof.counter <= this.memory.counter) return "spent";
    return purpose === "start" && (proof.categories & BITS[policy.category ?? "2.1"]) === 0 ? "for other work" : null;
  }

  #againstStart(shown: Shown, now: InForce): string | null {
    const { handle, credential, way } = shown;
    const { policy } = now;
    const atMs = judged(now);
    if (atMs === null) return "nobody knows the time";
    const standing = standingAgainst(holderOf(shown, now), now, atMs);
    if (standing) return standing;
    const isUsed = this.memory.once.some((once) => once.handle === handle && once.issuedMs === credential?.issuedMs);
    if (isUsed && isOnCredential(holderOf(shown, now), now, atMs)) return "had its once";
    for (const bound of [policy.place, permitOf(handle, now, atMs)?.place ?? null]) {
      if (bound && shown.place ? isAway(shown.place, bound) : bound && way === "grant") return "elsewhere, or nobody knows";
    }
    if (policy.checkList?.required && shown.checklistVersion !== policy.checkList.version) return "check-list not read";
    const needed = this.#needed(handle, now);
    return needed === null || this.#isGuarded(handle, needed, now) ? null : "no guardian";
  }

  #needed(handle: string, now: InForce): readonly string[] | null {
    const { policy, earliestMs, latestMs } = now;
    const named = permitOf(handle, now, judged(now) ?? earliestMs)?.guardians ?? [];
    if (policy.specialPeriods.some(({ fromMs, untilMs }) => earliestMs < untilMs && (latestMs ?? earliestMs) >= fromMs)) return named;
    return policy.permits.guardiansScan && named.length > 0 ? named : null;
  }

  #isGuarded(welder: string, needed: readonly string[], { chipMs }: InForce): boolean {
    const { guard } = this.memory;
    if (!guard || guard.handle === welder || chipMs - guard.chipMs >= WITHIN.guard) return false;
    return needed.length > 0 ? needed.includes(guard.handle) : guard.certified;
  }

  #waiting({ chipMs }: InForce): Shown | null {
    const { waiting } = this.memory;
    return waiting && chipMs - waiting.chipMs < WITHIN.guard ? waiting.shown : null;
  }

  #againstGuard(shown: Shown, now: InForce): string | null {
    if (judged(now) === null) return "nobody knows the time";
    // By the machine's own estimate of the chip's clock the start may be forgotten this much sooner.
    if (this.#waiting({ ...now, chipMs: now.chipMs + LOOK })?.handle === shown.handle) return "guards themselves";
    if (now.list?.entries.get(shown.handle)?.suspended) return "revoked";
    const isNamed = now.policy.permits.list.some(({ guardians }) => guardians.includes(shown.handle));
    return isNamed ? null : uncertified(shown, now);
  }

  /** What ends a running session softly. A time bound that was lost with a restart ends nothing. */
  #fails(licence: Licence, now: InForce): string | null {
    const { machineClass } = now.policy;
    if (machineClass !== "enforced") return machineClass === "retired" ? "retired" : null;
    return standingAgainst(licence, now, judged(now) ?? now.earliestMs);
  }
}

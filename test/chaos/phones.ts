/** Those who show something: phones that answer challenges, a platform that grants; honestly, or as the attack table has it. */
import type { PassFacts } from "#agent/core/licensing/pass.ts";
import { type DeskState, meantChallenge, presentChallenge, useChallenge } from "#agent/core/pass/desk.ts";
import { refusedGrant } from "#agent/core/pass/grants.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";
import { BEGIN_MS, GOOD } from "#test/chaos/cast.ts";
import type { Shown } from "#test/chaos/facts.ts";
import type { Step, Wishes } from "#test/chaos/steps.ts";
import { DEVICE, type World } from "#test/chaos/world.ts";

const OTHER_DEVICE = "370983ZARCG000000028";
/** After this long without any disturbance the machine has no excuse. */
const STEADY_MS = 6_000;

interface Asked {
  challenge: DeskState["open"][number];
  madeMs: number;
  process: number;
}

export class Phones {
  readonly wronglyDenied: string[] = [];
  allowed = 0;
  readonly #world: World;
  readonly #draw: () => number;
  readonly #asked: Asked[] = [];
  #answered: Asked | null = null;
  #sessions = 100;
  #counter = 0;
  #nonces = 0;

  constructor(world: World, draw: () => number) {
    this.#world = world;
    this.#draw = draw;
  }

  ask(): Asked {
    const world = this.#world;
    const nonce = (++this.#nonces).toString(16).padStart(16, "0").padEnd(32, "0");
    const { desk } = presentChallenge(world.desk, nonce, world.nowMs);
    world.desk = desk;
    const challenge = desk.open.at(-1);
    if (!challenge) throw new Error("a desk without a challenge");
    const known = this.#asked.find((asked) => asked.challenge.mark.nonce === challenge.mark.nonce);
    if (known) return known;
    const asked = { challenge, madeMs: world.nowMs, process: world.oracle.process };
    this.#asked.push(asked);
    return asked;
  }

  respond({ way, trick, wishes }: Extract<Step, { do: "respond" }>): void {
    const world = this.#world;
    const asked = trick === "replay" ? (this.#answered ?? this.ask()) : trick === "stale" ? (this.#asked.at(-3) ?? this.ask()) : this.ask();
    const mark = trick === "otherMachine" ? { ...asked.challenge.mark, machine: "00000000" } : asked.challenge.mark;
    const pass = passOf(wishes, way);
    const signed = trick !== "forged";
    const proof: Shown["proof"] = {
      by: "challenge",
      id: mark.nonce,
      ours: trick !== "otherMachine",
      signed,
      madeMs: asked.madeMs,
      process: asked.process,
    };
    const meant = meantChallenge(world.desk, mark, world.nowMs);
    const refusal = typeof meant === "string" ? meant : signed ? null : "pass.badHolderSignature";
    if (typeof meant !== "string" && signed) {
      world.desk = useChallenge(world.desk, meant);
      this.#answered = asked;
    }
    this.#scan(pass, wishes, proof, refusal, null);
  }

  grant({ trick, wishes }: Extract<Step, { do: "grant" }>): void {
    const world = this.#world;
    const { earliestMs, latestMs } = world.inForce;
    const counter = trick === "spent" ? Math.max(1, this.#counter - Math.floor(this.#draw() * 2)) : ++this.#counter;
    const nowS = Math.floor((BEGIN_MS + world.nowMs) / 1000);
    const [notBeforeS, expiryS] =
      trick === "late" ? [nowS - 120, nowS - 60] : trick === "early" ? [nowS + 60, nowS + 120] : [nowS - 5, nowS + 60];
    const categories = trick === "otherWork" ? 6 : 31;
    const device = trick === "otherMachine" ? OTHER_DEVICE : DEVICE;
    const proof: Shown["proof"] = {
      by: "grant",
      ours: device === DEVICE,
      counter,
      categories,
      fromMs: notBeforeS * 1000,
      untilMs: expiryS * 1000,
    };
    const pass = { ...passOf(wishes, "grant"), credential: null };
    const said = {
      device,
      handle: wishes.handle,
      id: "0".repeat(16),
      categories,
      counter,
      nonce: "0".repeat(16),
      notBeforeS,
      expiryS,
    };
    const refusal = refusedGrant({ ...said, wishes: pass }, DEVICE, { earliestMs, latestMs });
    this.#scan(pass, wishes, proof, refusal, refusal ? null : { counter, categories });
  }

  #scan(
    pass: PassFacts,
    wishes: Wishes,
    proof: Shown["proof"],
    refusal: ErrorCode | null,
    grant: { counter: number; categories: number } | null,
  ): void {
    const world = this.#world;
    const { oracle, list, state } = world;
    const session = ++this.#sessions;
    const { handle, credential, way, purpose, maxSessionS, checklistVersion, place } = pass;
    const shown: Shown = {
      session,
      handle,
      credential,
      way,
      purpose,
      maxSessionS,
      checklistVersion,
      place,
      journalFull: wishes.journalFull,
      proof,
    };
    const before = world.inForce;
    const why = oracle.against(shown, before);
    const isReady = this.#isReady(wishes, shown);
    world.answer = null;
    world.awaited = { shown, before };
    world.step({
      ...{
        type: "scan",
        id: `scan-${session}`,
        sessionId: session,
        pass: refusal ? null : pass,
        refusal,
        grant,
        journalFull: wishes.journalFull,
      },
      ...{
        listVersion: list?.version ?? null,
        overlayVersion: 0,
        listIssuedMs: list?.issuedMs ?? null,
        entry: refusal ? null : (list?.entries.get(handle) ?? null),
      },
    });
    const answer = world.answer as World["answer"];
    if (!answer) throw new Error("no answer");
    if (answer.allow) this.allowed += 1;
    if (!answer.allow && why === null && isReady)
      this.wronglyDenied.push(`${shown.purpose} of ${handle.slice(0, 2)}: ${answer.code} at ${state.interlock.at}`);
  }

  /** Nothing is wrong with the machine that could be against a start. */
  #isReady({ journalFull }: Wishes, { purpose }: Shown): boolean {
    const world = this.#world;
    const { state, far } = world;
    if (purpose === "guard")
      return world.policy.machineClass === "enforced" && world.oracle.memory.waiting === null && world.state.waiting === null;
    if (!world.isCableIn || world.nowMs - world.steadyMs < STEADY_MS || journalFull || far.hard || far.welding) return false;
    const { budget } = state;
    return budget !== null && budget.boots > 0 && budget.starts > 0 && budget.poweredHours > 0;
  }
}

function passOf(wishes: Wishes, way: PassFacts["way"]): PassFacts {
  const { handle, purpose, maxSessionS, checklistVersion, place, young, categories } = wishes;
  const { suspended: _, ...dates } = GOOD;
  const issuedMs = BEGIN_MS + (young ? 30 : -30) * 24 * 3_600_000;
  return { handle, credential: { ...dates, categories, issuedMs }, way, purpose, maxSessionS, checklistVersion, place };
}

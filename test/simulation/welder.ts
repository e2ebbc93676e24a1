/** Those who work at the machine: they scan until they are let, strike arcs while the contactor is closed, change rods, go away for a while. */
import type { Agent } from "#agent/runtime/agent.ts";
import { decodeChallenge } from "#protocol/pass/challenge.ts";
import { encodeResponse } from "#protocol/pass/response.ts";
import type { Account } from "#test/simulation/account.ts";
import type { ModelChip } from "#test/simulation/chip.ts";
import { PEOPLE } from "#test/simulation/keys.ts";
import type { VirtualClock } from "#test/simulation/virtualClock.ts";

const WISHES = { purpose: "start", maxSessionS: 43_200, checklistVersion: 0, place: null } as const;

export interface Workplace {
  clock: VirtualClock;
  chip: ModelChip;
  account: Account;
  random(): number;
  /** Null while no agent runs. */
  agent(): Agent | null;
  /** A certified person's scan reaches a living agent. */
  shown(handle: string): void;
}

export class Welder {
  readonly #place: Workplace;
  #quietSinceMs = 0;
  #stopped = false;
  /** The others have gone home: no more breaks, and only those who may weld. */
  isEarnest = false;

  constructor(place: Workplace) {
    this.#place = place;
  }

  start(): void {
    this.#later(1_500, 4_000);
  }

  /** Puts the electrode down for good. */
  stop(): void {
    this.#stopped = true;
    this.#place.chip.weld(this.#place.clock.nowMs, false);
  }

  #act(): void {
    const { clock, chip, random } = this.#place;
    if (this.#stopped) return;
    chip.runTo(clock.nowMs);
    if (chip.closedFor === null) {
      this.#scan(this.#whoScans());
      this.#later(1_500, 5_000);
      return;
    }
    const dice = random();
    if (dice < 0.08 && !this.isEarnest) {
      this.#later(5_000, 40_000);
      return;
    }
    if (dice < 0.11 && clock.nowMs - this.#quietSinceMs > 4_000 && this.#place.account.apartMs(12_000) === 0) {
      this.#scan(PEOPLE[1]);
      this.#later(3_000, 5_000);
      return;
    }
    this.#weld();
  }

  #weld(): void {
    const { clock, chip, random } = this.#place;
    chip.weld(clock.nowMs, true);
    const forMs = random() < 0.2 ? 200 + random() * 600 : 1_000 + random() * 9_000;
    clock.after(forMs, () => {
      chip.weld(clock.nowMs, false);
      this.#quietSinceMs = clock.nowMs;
      if (!this.#stopped) this.#later(400, 6_000);
    });
  }

  #whoScans(): (typeof PEOPLE)[number] | undefined {
    const dice = this.#place.random();
    return PEOPLE[this.isEarnest || dice < 0.7 ? 0 : dice < 0.9 ? 1 : 2];
  }

  #scan(person: (typeof PEOPLE)[number] | undefined): void {
    const { chip, account } = this.#place;
    const agent = this.#place.agent();
    const shown = agent?.challenge(chip.device);
    if (!agent || !shown || !person) return;
    const text = encodeResponse(person.credential, decodeChallenge(shown.challenge), WISHES, person.signer);
    if (person.isCertified) this.#place.shown(person.handle);
    void agent.respond(chip.device, text).then((reply) => {
      account.note(`scan of ${person.handle.slice(0, 2)}: ${reply.allowed ? `session ${reply.session}` : reply.code}`);
      if (reply.allowed && !person.isCertified) account.wrong("somebody was let weld of whom the list knows nothing");
    });
  }

  #later(leastMs: number, mostMs: number): void {
    const { clock, random } = this.#place;
    clock.after(leastMs + random() * (mostMs - leastMs), () => this.#act());
  }
}

import { describe, expect, it } from "vitest";
import { attempt } from "#agent/core/pass/attempts.ts";
import {
  CHALLENGE_LIFE_MS,
  CHALLENGE_SHOWN_MS,
  type DeskState,
  meantChallenge,
  openDesk,
  presentChallenge,
  useChallenge,
} from "#agent/core/pass/desk.ts";
import { type Challenge, markOf } from "#protocol/pass/challenge.ts";
import { seededRandom } from "#test/list/fixtures.ts";
import { DEVICE } from "#test/pass/passes.ts";

const BOOT_ID = 1_795_305_600;
const nonceOf = (number: number) => number.toString(16).padStart(32, "0").split("").reverse().join("");

/** A desk that has shown its first challenge at 0 ms. */
function shown(): { desk: DeskState; challenge: Challenge } {
  return presentChallenge(openDesk(DEVICE, BOOT_ID), nonceOf(1), 0);
}

describe("the challenge desk", () => {
  it("shows one challenge to all who ask, for half of its life; the next gets the next number", () => {
    const { desk, challenge } = shown();
    expect(challenge).toEqual({ device: DEVICE, nonce: nonceOf(1), counter: 1, bootId: BOOT_ID });
    const last = presentChallenge(desk, nonceOf(2), CHALLENGE_SHOWN_MS);
    expect([last.challenge, last.remainingMs]).toEqual([challenge, CHALLENGE_SHOWN_MS]);
    const next = presentChallenge(desk, nonceOf(2), CHALLENGE_SHOWN_MS + 1);
    expect([next.challenge.counter, next.challenge.nonce, next.remainingMs]).toEqual([2, nonceOf(2), CHALLENGE_LIFE_MS]);
  });

  it("takes an answer to the one before until its 30 s are over, and not a millisecond longer", () => {
    const { desk: first, challenge } = shown();
    const { desk } = presentChallenge(first, nonceOf(2), 20_000);
    expect(meantChallenge(desk, markOf(challenge), CHALLENGE_LIFE_MS - 1)).toBe(challenge);
    expect(meantChallenge(desk, markOf(challenge), CHALLENGE_LIFE_MS)).toBe("pass.staleChallenge");
  });

  it("takes one answer, says afterwards that it was used, and leaves the other challenge alone", () => {
    const { desk: first, challenge } = shown();
    const second = presentChallenge(first, nonceOf(2), 20_000);
    const desk = useChallenge(second.desk, second.challenge);
    expect(meantChallenge(desk, markOf(second.challenge), 20_001)).toBe("pass.replayed");
    expect(meantChallenge(desk, markOf(second.challenge), 1e9)).toBe("pass.replayed");
    expect(meantChallenge(desk, markOf(challenge), 20_001)).toBe(challenge);
    const third = presentChallenge(desk, nonceOf(3), 20_001);
    expect(third.challenge.counter).toBe(3);
  });

  it("knows another machine's challenge, and one of an earlier boot", () => {
    const { desk, challenge } = shown();
    expect(meantChallenge(desk, markOf({ ...challenge, device: "370983ZTEST00000002C" }), 1)).toBe("pass.otherMachine");
    expect(meantChallenge(openDesk(DEVICE, BOOT_ID + 1), markOf(challenge), 1)).toBe("pass.staleChallenge");
  });

  it("holds two open challenges and 32 used ones at most, whatever happens, and never shows one that was used", () => {
    const seed = 0xde5c;
    const random = seededRandom(seed);
    let desk = openDesk(DEVICE, BOOT_ID);
    let monoMs = 0;
    const used = new Set<string>();
    for (let step = 0; step < 20_000; step += 1) {
      monoMs += Math.floor(random() * 9_000);
      const present = presentChallenge(desk, nonceOf(step), monoMs);
      expect(used, `seed ${seed}, step ${step}`).not.toContain(present.challenge.nonce);
      expect(present.remainingMs).toBeGreaterThanOrEqual(CHALLENGE_SHOWN_MS);
      desk = random() < 0.5 ? useChallenge(present.desk, present.challenge) : present.desk;
      if (desk !== present.desk) used.add(present.challenge.nonce);
      expect(desk.open.length).toBeLessThanOrEqual(2);
      expect(desk.used.length).toBeLessThanOrEqual(32);
    }
  });
});

describe("attempts", () => {
  it("are allowed in a burst, then one in a while; patience gives no more than a burst", () => {
    const rate = { burst: 3, everyMs: 100 };
    const at = [0, 0, 0, 0, 99, 100, 150, 199, 1e9, 1e9, 1e9, 1e9];
    let held: Parameters<typeof attempt>[0];
    const allowed = at.map((monoMs) => {
      const tried = attempt(held, rate, monoMs);
      held = tried.held;
      return tried.allowed;
    });
    expect(allowed).toEqual([true, true, true, false, false, true, false, false, true, true, true, false]);
  });
});

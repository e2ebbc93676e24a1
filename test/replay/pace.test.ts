import { describe, expect, test } from "vitest";
import { FIRST_SPEED, firstSpeed, MOST_SPEED, nextSpeed } from "#simulator/replay/pace.ts";

const SLOW_ROWS = { mostSpeed: MOST_SPEED, medianStepMs: 111 };
const FAST_ROWS = { mostSpeed: MOST_SPEED, medianStepMs: 1 };

describe("the pace of a replay", () => {
  test("rises while the agent keeps the ring empty, and stops at the limit", () => {
    let speed = firstSpeed(SLOW_ROWS);
    for (let turn = 0; turn < 100; turn++) speed = nextSpeed(speed, 10, SLOW_ROWS);
    expect(speed).toBe(MOST_SPEED);
  });

  test("falls while windows wait, but not below the speed at which the agent cannot be outrun", () => {
    let speed = 500;
    for (let turn = 0; turn < 100; turn++) speed = nextSpeed(speed, 50_000, SLOW_ROWS);
    expect(speed).toBe(FIRST_SPEED);
  });

  test("stays while some wait", () => {
    expect(nextSpeed(77, 3_000, SLOW_ROWS)).toBe(77);
  });

  test("plays no more rows than one process can", () => {
    expect(nextSpeed(149, 0, FAST_ROWS)).toBe(150);
    expect(nextSpeed(150, 0, FAST_ROWS)).toBe(150);
    expect(firstSpeed({ mostSpeed: MOST_SPEED, medianStepMs: 0.05 })).toBe(7.5);
  });

  test("is never faster than was asked for", () => {
    const asked = { mostSpeed: 3, medianStepMs: 111 };
    expect(firstSpeed(asked)).toBe(3);
    expect(nextSpeed(3, 0, asked)).toBe(3);
    expect(nextSpeed(3, 50_000, asked)).toBe(3);
  });
});

/** From bytes to what is done, through framing, repeats and the module's life, in virtual time. */
import { describe, expect, it } from "vitest";
import { REPEAT_MS, TEXTS_MAX } from "#agent/core/scanner/repeats.ts";
import { INITIAL_SCANNER, type ScannerEffect, type ScannerInput, scannerWakeMs } from "#agent/core/scanner/state.ts";
import { stepScanner } from "#agent/core/scanner/step.ts";
import { SCANNER_MODELS } from "#protocol/scanner/catalogue.ts";
import type { ScannerModel } from "#protocol/scanner/model.ts";

const GM65_ACK = Uint8Array.of(0x02, 0x00, 0x00, 0x01, 0x00, 0x33, 0x31);

class Driver {
  nowMs = 0;
  readonly effects: ScannerEffect[] = [];
  readonly #model: ScannerModel;
  #state = INITIAL_SCANNER;

  constructor(model: ScannerModel) {
    this.#model = model;
    this.give({ type: "opened" });
  }

  give(input: ScannerInput): void {
    const { state, effects } = stepScanner(this.#state, input, this.#model, this.nowMs);
    this.#state = state;
    this.effects.push(...effects);
  }

  hear(...parts: (string | Uint8Array)[]): void {
    this.give({ type: "bytes", bytes: Buffer.concat(parts.map((part) => Buffer.from(part))) });
  }

  /** Ticks when they are due, up to `untilMs`. */
  pass(untilMs: number): void {
    for (
      let dueMs = scannerWakeMs(this.#state, this.#model);
      dueMs !== null && dueMs <= untilMs;
      dueMs = scannerWakeMs(this.#state, this.#model)
    ) {
      this.nowMs = dueMs;
      this.give({ type: "tick" });
    }
    this.nowMs = untilMs;
  }

  get life(): string {
    return this.#state.life.at;
  }

  get texts(): string[] {
    return this.effects.flatMap((effect) => (effect.type === "text" ? [effect.text] : []));
  }

  get discarded(): string[] {
    return this.effects.flatMap((effect) => (effect.type === "discarded" ? [effect.code] : []));
  }

  get writes(): number {
    return this.effects.filter(({ type }) => type === "write").length;
  }
}

describe("the same text", () => {
  it("counts once within 3 s of its last sighting", () => {
    const driver = new Driver(SCANNER_MODELS.plain);
    for (const nowMs of [0, 2_999, 5_998, 5_998 + REPEAT_MS]) {
      driver.nowMs = nowMs;
      driver.hear("AG1:ONE\r\n");
    }
    expect(driver.texts).toEqual(["AG1:ONE", "AG1:ONE"]);
    expect(driver.discarded).toEqual(["scanner.repeated", "scanner.repeated"]);
  });

  it("is remembered beside others", () => {
    const driver = new Driver(SCANNER_MODELS.plain);
    driver.hear("A\rB\rA\rB\r");
    expect(driver.texts).toEqual(["A", "B"]);
  });
});

describe("a line gone wild", () => {
  it("gives four texts in 3 s, whatever it says, and is heard again when it is quiet", () => {
    const driver = new Driver(SCANNER_MODELS.plain);
    for (let number = 0; number < 1_000; number++) driver.hear(`T${number}\r`);
    expect(driver.texts).toEqual(["T0", "T1", "T2", "T3"]);
    expect(new Set(driver.discarded)).toEqual(new Set(["scanner.tooMany"]));
    driver.nowMs = REPEAT_MS - 1;
    driver.hear("AG1:SOON\r");
    driver.nowMs = REPEAT_MS;
    driver.hear("AG1:NOW\r");
    expect(driver.texts.slice(TEXTS_MAX)).toEqual(["AG1:NOW"]);
  });
});

describe("gm65", () => {
  it("is configured by three answers, triggered by the fourth, and triggered again after a code", () => {
    const driver = new Driver(SCANNER_MODELS.gm65);
    for (let answers = 0; answers < 3; answers++) driver.hear(GM65_ACK);
    expect(driver.life).toBe("triggering");
    driver.hear(GM65_ACK, "AG1:ONE\r\n");
    expect([driver.life, driver.writes, driver.texts]).toEqual(["reading", 4, ["AG1:ONE"]]);
    driver.pass(499);
    expect(driver.life).toBe("reading");
    driver.pass(500);
    expect([driver.life, driver.writes]).toEqual(["triggering", 5]);
  });

  it("that hears nothing is asked three times and opened anew; so is one at another baud rate, whose answers are noise", () => {
    for (const answer of [null, Uint8Array.of(0xe0, 0x98, 0x0d)]) {
      const driver = new Driver(SCANNER_MODELS.gm65);
      for (let nowMs = 500; nowMs <= 6_000; nowMs += 500) {
        if (answer) driver.hear(answer);
        driver.pass(nowMs);
      }
      expect([driver.life, driver.writes]).toEqual(["recovering", 3]);
      expect(driver.effects.filter(({ type }) => type === "health")).toEqual([
        { type: "health", code: "scanner.deaf", detail: "mode: no answer" },
      ]);
      driver.pass(8_000);
      expect([driver.life, driver.effects.at(-1)]).toEqual(["opening", { type: "open" }]);
    }
  });

  it("forgets half a text when its cable is pulled", () => {
    const driver = new Driver(SCANNER_MODELS.gm65);
    driver.hear("AG1:HA");
    driver.give({ type: "lost", reason: "unplugged" });
    driver.pass(1_000);
    driver.give({ type: "opened" });
    driver.hear("LF\r\n");
    expect(driver.texts).toEqual(["LF"]);
  });

  it("says no more once it is closed", () => {
    const driver = new Driver(SCANNER_MODELS.gm65);
    driver.give({ type: "close" });
    const before = driver.effects.length;
    driver.hear(GM65_ACK);
    driver.give({ type: "lost", reason: "closed" });
    driver.pass(100_000);
    expect([driver.life, driver.effects.length]).toEqual(["closed", before]);
  });
});

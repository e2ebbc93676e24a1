import type { Lamp } from "#protocol/chip/arcgateChip.ts";

const PRESS_MS = 300;

/** The start button and the lamp. Times are real. */
export class Panel {
  lamp: Lamp = "off";
  startButton: "wired" | "notWired" | "stuck" = "wired";
  /** Since boot, wrapping at 65,536. */
  startPresses = 0;
  #pressedUntilMs = Number.NEGATIVE_INFINITY;
  #blinkUntilMs = Number.NEGATIVE_INFINITY;

  pressStart(nowMs: number): void {
    if (this.startButton !== "wired") return;
    this.startPresses = (this.startPresses + 1) & 0xffff;
    this.#pressedUntilMs = nowMs + PRESS_MS;
  }

  isPressed(nowMs: number): boolean {
    return this.startButton === "stuck" || nowMs < this.#pressedUntilMs;
  }

  blink(seconds: number, nowMs: number): void {
    this.#blinkUntilMs = nowMs + seconds * 1000;
  }

  isBlinking(nowMs: number): boolean {
    return nowMs < this.#blinkUntilMs;
  }
}

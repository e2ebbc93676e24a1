import { BOOTLOADER_WAIT_MS } from "#protocol/chip/service.ts";

/** How the chip shows on its bus: as itself, not at all, as another kind of device, or with its application gone. */
export class Presence {
  silent = false;
  foreign = false;
  #inBootloader = false;
  /** The application has left, and boots again at this time; null while it runs. */
  #bootAtMs: number | null = null;

  get answers(): boolean {
    return !this.silent && this.isRunning;
  }

  get isRunning(): boolean {
    return this.#bootAtMs === null;
  }

  /** The application went there by itself. */
  get inBootloader(): boolean {
    return this.#inBootloader;
  }

  /** When nobody speaks to the bootloader, it starts the application again. */
  enterBootloader(nowMs: number): void {
    this.#inBootloader = true;
    this.#bootAtMs = nowMs + BOOTLOADER_WAIT_MS;
  }

  /** The application resets itself. */
  bootAt(nowMs: number): void {
    this.#bootAtMs = nowMs;
  }

  /** No power, or something else runs in its place: only from outside does it boot again. */
  stop(): void {
    this.#inBootloader = false;
    this.#bootAtMs = Number.POSITIVE_INFINITY;
  }

  isBootDue(nowMs: number): boolean {
    return this.#bootAtMs !== null && nowMs >= this.#bootAtMs;
  }
}

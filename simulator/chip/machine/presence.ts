import { BOOTLOADER_WAIT_MS } from "#protocol/chip/service.ts";

/** How the chip shows on its bus: as itself, not at all, as another kind of device, or gone to its bootloader. */
export class Presence {
  silent = false;
  foreign = false;
  #bootloaderSinceMs: number | null = null;

  get answers(): boolean {
    return !this.silent && !this.inBootloader;
  }

  /** The application has left: nothing runs until the next boot. */
  get inBootloader(): boolean {
    return this.#bootloaderSinceMs !== null;
  }

  enterBootloader(nowMs: number): void {
    this.#bootloaderSinceMs = nowMs;
  }

  /** Nobody spoke to the bootloader: it starts the application again. */
  isBootDue(nowMs: number): boolean {
    return this.#bootloaderSinceMs !== null && nowMs - this.#bootloaderSinceMs >= BOOTLOADER_WAIT_MS;
  }
}

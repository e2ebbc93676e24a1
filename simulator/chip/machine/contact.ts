/** The main contact, its mirror, and a wire round both: what really is closed, whatever was commanded. */
export class Contact {
  #commanded = false;
  #closed = false;
  #welded = false;
  bypassed = false;
  mirrorStuckOpen = false;

  /** Does power reach the machine? */
  get powers(): boolean {
    return this.#closed || this.bypassed;
  }

  get mirrorClosed(): boolean {
    return this.#closed && !this.mirrorStuckOpen;
  }

  follow(commandedClosed: boolean): void {
    this.#commanded = commandedClosed;
    this.#closed = commandedClosed || (this.#welded && this.#closed);
  }

  weld(on: boolean): void {
    this.#welded = on;
    this.follow(this.#commanded);
  }
}

const SPAN_MS = 20;
/** The finest step that callers feed; shorter ones only shorten the span when a thousand of them come in a row. */
const SLOTS = 64;

/** RMS of two channels over the last 20 ms: one period of the mains. Steps are 1 ms at most. */
export class SlidingRms {
  readonly #ms = new Float64Array(SLOTS);
  readonly #voltsSquared = new Float64Array(SLOTS);
  readonly #ampsSquared = new Float64Array(SLOTS);
  #first = 0;
  #count = 0;
  #spanMs = 0;

  feed(volts: number, amps: number, ms: number): void {
    if (this.#count === SLOTS) this.#drop();
    const at = (this.#first + this.#count) % SLOTS;
    this.#ms[at] = ms;
    this.#voltsSquared[at] = volts * volts;
    this.#ampsSquared[at] = amps * amps;
    this.#count += 1;
    this.#spanMs += ms;
    while (this.#count > 1 && this.#spanMs - (this.#ms[this.#first] ?? 0) >= SPAN_MS - 1e-9) this.#drop();
  }

  get volts(): number {
    return this.#rms(this.#voltsSquared);
  }

  get amps(): number {
    return this.#rms(this.#ampsSquared);
  }

  clear(): void {
    this.#count = 0;
    this.#spanMs = 0;
  }

  #drop(): void {
    this.#spanMs -= this.#ms[this.#first] ?? 0;
    this.#first = (this.#first + 1) % SLOTS;
    this.#count -= 1;
  }

  #rms(squares: Float64Array): number {
    let sum = 0;
    let span = 0;
    for (let index = 0; index < this.#count; index++) {
      const at = (this.#first + index) % SLOTS;
      const ms = this.#ms[at] ?? 0;
      sum += (squares[at] ?? 0) * ms;
      span += ms;
    }
    return span === 0 ? 0 : Math.sqrt(sum / span);
  }
}

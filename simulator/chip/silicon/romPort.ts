/** A part in its bootloader, at the end of a UART: gives the ROM its bytes when they are in, and its answers when they are due. */
import { bootRom, type Ending, type Wish } from "#simulator/chip/silicon/bootRom.ts";
import type { FlashMemory } from "#simulator/chip/silicon/flash.ts";
import type { Timing } from "#simulator/chip/wire/bus.ts";
import type { LinePacer } from "#simulator/line/pacer.ts";

interface RomPorts {
  flash: FlashMemory;
  pacer: LinePacer;
  timing: Timing;
  write(bytes: Uint8Array): void;
  /** The ROM handed over; a reset has begun anew already. */
  ended(ending: Ending): void;
}

/** More than the longest frame, and what a host may send before it hears that it is refused. */
const MOST_WAITING_BYTES = 4_096;

export class RomPort {
  readonly #ports: RomPorts;
  #rom: Generator<Wish, Ending, Uint8Array>;
  #wish: Wish;
  /** Each byte and when it is in. */
  #heard: { byte: number; atMs: number }[] = [];
  #isBusy = false;
  /** A part without power hears nothing, and what it was at is over. */
  #life = 0;

  constructor(ports: RomPorts) {
    this.#ports = ports;
    this.#rom = bootRom(ports.flash);
    this.#wish = this.#first();
  }

  hear(bytes: Uint8Array): void {
    const { pacer, timing } = this.#ports;
    for (const byte of bytes) {
      if (this.#heard.length < MOST_WAITING_BYTES) this.#heard.push({ byte, atMs: pacer.arrived(1, timing.nowMs()) });
    }
    this.#serve();
  }

  /** Power comes again, or the reset line was pulled. */
  reset(): void {
    this.#life += 1;
    this.#heard = [];
    this.#isBusy = false;
    this.#rom = bootRom(this.#ports.flash);
    this.#wish = this.#first();
  }

  #first(): Wish {
    const { value } = this.#rom.next();
    return value as Wish;
  }

  #serve(): void {
    while (!this.#isBusy) {
      if ("say" in this.#wish) {
        this.#say(this.#wish.say, this.#wish.afterMs);
        return;
      }
      const { read } = this.#wish;
      const last = this.#heard[read - 1];
      if (!last) return;
      const leftMs = last.atMs - this.#ports.timing.nowMs();
      if (leftMs > 0) {
        this.#wait(leftMs, () => this.#serve());
        return;
      }
      this.#step(Uint8Array.from(this.#heard.splice(0, read), ({ byte }) => byte));
    }
  }

  #say(bytes: Uint8Array, afterMs: number): void {
    const { pacer, timing, write } = this.#ports;
    this.#wait(afterMs, () => {
      const { endMs } = pacer.speak(bytes, timing.nowMs());
      this.#wait(endMs - timing.nowMs(), () => {
        write(bytes);
        this.#step(new Uint8Array());
        this.#serve();
      });
    });
  }

  #step(given: Uint8Array): void {
    const { done, value } = this.#rom.next(given);
    if (!done) {
      this.#wish = value;
      return;
    }
    this.reset();
    this.#ports.ended(value);
  }

  #wait(ms: number, run: () => void): void {
    const life = this.#life;
    this.#isBusy = true;
    const go = () => {
      if (this.#life !== life) return;
      this.#isBusy = false;
      run();
    };
    if (ms > 0) this.#ports.timing.wakeAfter(ms, go);
    else go();
  }
}

import type { Chip } from "#simulator/chip/machine/chip.ts";
import { Random } from "#simulator/chip/plant/random.ts";
import { withCrc } from "#simulator/chip/wire/crc.ts";
import { type Request, RequestReader } from "#simulator/chip/wire/requestReader.ts";
import { answer } from "#simulator/chip/wire/slave.ts";
import { bytesDue, frameGapMs, LinePacer, type LineRate, type Transmission } from "#simulator/line/pacer.ts";

/** Monotonic milliseconds, and a wake-up that may come late. */
export interface Timing {
  nowMs(): number;
  wakeAfter(ms: number, run: () => void): void;
}

interface BusMake {
  rate: LineRate;
  /** Without it answers are given at once: for benches. */
  paced: boolean;
  speed: number;
  seed: number;
}

const MOST_WAITING = 16;
/** Adapters hand bytes on in pieces; so do we. */
const SLICE_MS = 4;
/** A pty delivers in bursts: a frame in pieces may pause longer than a real line's silence. */
const LEAST_SILENCE_MS = 20;

/** Several chips on one half-duplex line: hears requests, answers for the address asked, at the line's pace. */
export class ChipBus {
  readonly #chipAt: (address: number) => Chip | undefined;
  readonly #timing: Timing;
  readonly #write: (bytes: Uint8Array) => void;
  readonly #paced: boolean;
  readonly #silenceMs: number;
  readonly #reader = new RequestReader();
  readonly #pacer: LinePacer;
  readonly #random: Random;
  #firstByteAtMs: number | null = null;
  #lastByteAtMs = 0;
  #waiting = 0;
  #noiseRate = 0;

  constructor(chipAt: (address: number) => Chip | undefined, make: BusMake, timing: Timing, write: (bytes: Uint8Array) => void) {
    this.#chipAt = chipAt;
    this.#timing = timing;
    this.#write = write;
    this.#paced = make.paced;
    this.#pacer = new LinePacer(make.paced ? make.rate : null, make.speed);
    this.#silenceMs = Math.max(LEAST_SILENCE_MS, frameGapMs(make.rate));
    this.#random = new Random(make.seed);
  }

  setSpeed(speed: number): void {
    this.#pacer.setSpeed(speed);
  }

  /** Part of the answers' bytes that arrive wrong, 0–1. */
  setNoise(rate: number): void {
    this.#noiseRate = rate;
  }

  hear(bytes: Uint8Array): void {
    const nowMs = this.#timing.nowMs();
    this.#firstByteAtMs ??= nowMs;
    this.#lastByteAtMs = nowMs;
    for (const request of this.#reader.push(bytes)) this.#accept(request);
    if (this.#reader.pending === 0) this.#firstByteAtMs = null;
    else this.#timing.wakeAfter(this.#silenceMs, () => this.#onSilence());
  }

  #onSilence(): void {
    if (this.#reader.pending === 0 || this.#timing.nowMs() - this.#lastByteAtMs < this.#silenceMs - 1) return;
    const request = this.#reader.silence();
    if (request) this.#accept(request);
    this.#firstByteAtMs = null;
  }

  #accept(request: Request): void {
    const nowMs = this.#timing.nowMs();
    const heardAtMs = this.#pacer.heard(request.length, this.#firstByteAtMs ?? nowMs);
    this.#firstByteAtMs = null;
    // Broadcasts write nothing here, and other addresses are other people's: nobody answers.
    if (!this.#chipAt(request.address) || this.#waiting >= MOST_WAITING) return;
    if (!this.#paced) {
      this.#serve(request);
      return;
    }
    this.#waiting += 1;
    this.#timing.wakeAfter(heardAtMs - nowMs, () => {
      this.#waiting -= 1;
      this.#serve(request);
    });
  }

  #serve(request: Request): void {
    const chip = this.#chipAt(request.address);
    if (!chip?.presence.answers) return;
    chip.advance(this.#timing.nowMs());
    const bytes = this.#spoil(withCrc(Uint8Array.of(request.address, ...answer(chip, request.pdu))));
    if (this.#paced) this.#send(this.#pacer.speak(bytes, this.#timing.nowMs()), 0);
    else this.#write(bytes);
  }

  #send(transmission: Transmission, sent: number): void {
    const due = bytesDue(transmission, this.#timing.nowMs());
    if (due > sent) this.#write(transmission.bytes.subarray(sent, due));
    if (due >= transmission.bytes.length) return;
    const leftMs = transmission.endMs - this.#timing.nowMs();
    this.#timing.wakeAfter(Math.min(SLICE_MS, leftMs), () => this.#send(transmission, due));
  }

  #spoil(bytes: Uint8Array): Uint8Array {
    if (this.#noiseRate === 0) return bytes;
    return bytes.map((byte) => (this.#random.unit() < this.#noiseRate ? byte ^ (1 << this.#random.integer(0, 7)) : byte));
  }
}

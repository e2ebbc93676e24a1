/** Chips on their bus as a running process: time, and the commands of the socket. */
import { CodedError } from "#protocol/errors/codedError.ts";
import { type BusCommand, Command, isBusCommand } from "#simulator/chip/control/commands.ts";
import { command, type MachineTruth, type Workplace } from "#simulator/chip/machine/workplace.ts";
import type { ChipBus, Timing } from "#simulator/chip/wire/bus.ts";
import type { PtyLine } from "#simulator/line/ptyLine.ts";

interface BusParts {
  places: readonly Workplace[];
  bus: ChipBus;
  line: PtyLine;
  timing: Timing;
  /** A place was advanced: an application that left may have to boot. */
  settle(place: Workplace, nowMs: number): void;
  /** This process dies at once. */
  powerCut(): void;
}

const TICK_MS = 10;

export class BusRunner {
  readonly #parts: BusParts;

  constructor(parts: BusParts) {
    this.#parts = parts;
  }

  /** Advances for ever, until what it returns is called. */
  start(failed: ((error: unknown) => void) | undefined): () => void {
    const ticker = setInterval(() => {
      try {
        this.advance();
      } catch (error) {
        if (!failed) throw error;
        failed(error);
      }
    }, TICK_MS);
    return () => clearInterval(ticker);
  }

  advance(): void {
    const { places, timing, settle } = this.#parts;
    const nowMs = timing.nowMs();
    for (const place of places) {
      place.chip.advance(nowMs);
      settle(place, nowMs);
    }
  }

  /** What the control socket takes and gives; null for what is for the whole bus. Throws `chip.badCommand`. */
  command(asked: unknown): MachineTruth | null {
    const parsed = Command.safeParse(asked);
    if (!parsed.success) throw new CodedError("chip.badCommand", JSON.stringify(asked)?.slice(0, 120) ?? "nothing");
    this.advance();
    if (isBusCommand(parsed.data)) {
      this.#onBus(parsed.data);
      return null;
    }
    const { at } = parsed.data;
    const { places } = this.#parts;
    const place = at === undefined ? places[0] : places.find(({ address }) => address === at);
    if (!place) throw new CodedError("chip.badCommand", `no machine at ${at}`);
    return command(place, parsed.data);
  }

  #onBus(asked: BusCommand): void {
    const { line, bus, places, powerCut } = this.#parts;
    switch (asked.do) {
      case "unplugCable":
        line.unplug();
        break;
      case "plugCable":
        line.plug();
        break;
      case "powerCut":
        powerCut();
        break;
      case "noise":
        bus.setNoise(asked.rate);
        break;
      case "speed":
        for (const { chip } of places) chip.setSpeed(asked.x);
        bus.setSpeed(asked.x);
        break;
    }
  }
}

/** As kill -9: nothing is tidied up. */
export function dieAtOnce(): void {
  process.kill(process.pid, "SIGKILL");
}

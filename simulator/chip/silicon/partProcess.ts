/** A bare part on a bench, and the chip that becomes of it: alone on a real pty. */
import type { FlashMemory } from "#simulator/chip/silicon/flash.ts";
import type { PartLine, PartMake, PartTruth } from "#simulator/chip/silicon/mountedPart.ts";
import { startPartLine } from "#simulator/chip/silicon/partLine.ts";

export interface PartProcess {
  readonly control: string;
  readonly flash: FlashMemory;
  truth(): PartTruth;
  /** What the control socket takes. Throws `chip.badCommand`. */
  command(asked: object): PartTruth;
  power(on: boolean): void;
  /** The reset line is pulled, or the application resets itself. */
  reset(): void;
  /** As if they had come over the line. */
  hear(bytes: Uint8Array): void;
  /** What becomes of each byte that the ROM says. */
  spoil(noise: (byte: number) => number): void;
  close(): Promise<void>;
}

/** Runs until `close`. Throws CodedErrors of the area `chip`. */
export async function startPart({ tty, baud, paced, ...make }: PartLine & PartMake): Promise<PartProcess> {
  const line = await startPartLine({ tty, baud, paced }, [make]);
  const [mounted] = line.parts;
  if (!mounted) throw new RangeError("a line without a part");
  const { part, flash } = mounted;
  return {
    ...{ control: line.control, flash, command: line.command, hear: line.hear, close: line.close },
    truth: () => mounted.truth(),
    power: (on) => part.power(on),
    reset: () => part.boot(),
    spoil: (noise) => {
      mounted.noise = noise;
    },
  };
}

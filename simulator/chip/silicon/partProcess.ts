/** A bare part on a bench: its bootloader on a real pty, with power and reset as commands of its socket. */
import { rmSync } from "node:fs";
import { z } from "zod";
import { OPTION_BYTES, SILICON, type SiliconName } from "#protocol/boot/silicon.ts";
import { sha256Hex } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { Ending } from "#simulator/chip/silicon/bootRom.ts";
import { FlashMemory } from "#simulator/chip/silicon/flash.ts";
import { FlashFile } from "#simulator/chip/silicon/flashFile.ts";
import { RomPort } from "#simulator/chip/silicon/romPort.ts";
import { ControlServer } from "#simulator/line/controlServer.ts";
import { FINE_TIMING } from "#simulator/line/fineTiming.ts";
import { LinePacer } from "#simulator/line/pacer.ts";
import { PtyLine } from "#simulator/line/ptyLine.ts";

export interface PartOptions {
  tty: string;
  silicon: SiliconName;
  baud: number;
  paced: boolean;
  /** Where its flash is kept; without it the part forgets with the process. */
  flash: string;
  /** Names the part: its unique number is made of it. */
  serial: string;
}

export interface PartProcess {
  readonly control: string;
  readonly flash: FlashMemory;
  truth(): PartTruth;
  power(on: boolean): void;
  /** The reset line is pulled, or the application went back to the bootloader. */
  reset(): void;
  /** As if they had come over the line. */
  hear(bytes: Uint8Array): void;
  /** What becomes of each byte that the part says. */
  spoil(noise: (byte: number) => number): void;
  close(): Promise<void>;
}

export interface PartTruth {
  hasPower: boolean;
  /** Where the application was started; null in the bootloader. */
  application: number | null;
  programErrors: number;
  readProtected: boolean;
}

const Command = z.discriminatedUnion("do", [
  z.strictObject({ do: z.literal("reset") }),
  z.strictObject({ do: z.literal("truth") }),
  z.strictObject({ do: z.literal("power"), on: z.boolean() }),
]);

/** Start, eight data bits, even parity, stop. */
const CHARACTER_BITS = 11;

/** Runs until `close`. Throws CodedErrors of the area `chip`. */
export async function startPart({ tty, silicon, baud, paced, flash: path, serial }: PartOptions): Promise<PartProcess> {
  const { pages, pageBytes } = SILICON[silicon];
  const uid = Uint8Array.from(Buffer.from(sha256Hex(`arcgate-sim-part/${serial}`), "hex").subarray(0, 12));
  const file = new FlashFile(path, pages * pageBytes + OPTION_BYTES);
  const flash = new FlashMemory(silicon, uid, file);
  const state = { hasPower: true, application: null as number | null, noise: (byte: number) => byte };
  const pacer = new LinePacer(paced ? { baud, characterBits: CHARACTER_BITS } : null, 1);
  const hear = (bytes: Uint8Array): void => {
    if (state.hasPower && state.application === null) port.hear(bytes);
  };
  const line = new PtyLine(tty, hear);
  const ended = (ending: Ending): void => {
    state.application = ending.to === "application" ? ending.address : null;
  };
  const port = new RomPort({ flash, pacer, timing: FINE_TIMING, write: (bytes) => line.write(bytes.map(state.noise)), ended });
  const boot = (hasPower: boolean): void => {
    state.hasPower = hasPower;
    state.application = null;
    port.reset();
  };
  const truth = (): PartTruth => ({
    ...{ hasPower: state.hasPower, application: state.application },
    ...{ programErrors: flash.programErrors, readProtected: flash.isReadProtected },
  });
  const control = await ControlServer.open(`${tty}.ctl`, (asked) => {
    const parsed = Command.safeParse(asked);
    if (!parsed.success) throw new CodedError("chip.badCommand", JSON.stringify(asked)?.slice(0, 120) ?? "nothing");
    if (parsed.data.do !== "truth") boot(parsed.data.do === "reset" || parsed.data.on);
    return truth();
  });
  return {
    ...{ control: `${tty}.ctl`, flash, truth, power: boot, reset: () => boot(true), hear },
    spoil: (noise) => {
      state.noise = noise;
    },
    close: async () => {
      line.unplug();
      await control.close();
      rmSync(`${tty}.ctl`, { force: true });
      port.reset();
      file.close();
    },
  };
}

/** A part with its flash and FRAM in files, wired to a welding machine and to a line that others may share. */
import { basename, dirname } from "node:path";
import { OPTION_BYTES, SILICON, type SiliconName } from "#protocol/boot/silicon.ts";
import { sha256Hex } from "#protocol/crypto.ts";
import { FramFile } from "#simulator/chip/machine/memory.ts";
import { type MachineTruth, truthOf } from "#simulator/chip/machine/workplace.ts";
import type { MachineOptions } from "#simulator/chip/machineArguments.ts";
import { checkOptions } from "#simulator/chip/options.ts";
import { readRecording } from "#simulator/chip/plant/recording.ts";
import { FlashMemory } from "#simulator/chip/silicon/flash.ts";
import { FlashFile } from "#simulator/chip/silicon/flashFile.ts";
import { Part } from "#simulator/chip/silicon/part.ts";
import { PartMemory } from "#simulator/chip/silicon/partMemory.ts";
import { RomPort } from "#simulator/chip/silicon/romPort.ts";
import { FINE_TIMING } from "#simulator/line/fineTiming.ts";
import { LinePacer } from "#simulator/line/pacer.ts";
import { REAL_TIMING } from "#simulator/line/realTiming.ts";

export interface PartMake {
  silicon: SiliconName;
  /** Where its flash is kept; its FRAM beside it. */
  flash: string;
  /** Names the part: its unique number is made of it. */
  serial: string;
  /** The jumper is set from the start. */
  boot0?: boolean;
  /** That it is wired to. */
  machine?: MachineOptions;
}

export interface PartLine {
  tty: string;
  baud: number;
  paced: boolean;
}

export type PartTruth = MachineTruth & ReturnType<Part["truth"]>;

/** In the ROM: start, eight data bits, even parity, stop. */
const ROM_CHARACTER_BITS = 11;

export class MountedPart {
  readonly part: Part;
  readonly rom: RomPort;
  readonly flash: FlashMemory;
  readonly #memory: PartMemory;
  readonly #file: FlashFile;
  /** What becomes of each byte that the ROM says. */
  noise = (byte: number): number => byte;

  /** Throws CodedErrors of the area `chip`. */
  constructor({ silicon, flash: path, serial, boot0 = false, machine }: PartMake, line: PartLine, write: (bytes: Uint8Array) => void) {
    const { baud, paced } = line;
    const checked = checkOptions({ ...line, ...machine });
    const recording = checked.trace === undefined ? null : readRecording(checked.trace);
    const { pages, pageBytes } = SILICON[silicon];
    const uid = Uint8Array.from(Buffer.from(sha256Hex(`arcgate-sim-part/${serial}`), "hex").subarray(0, 12));
    this.#file = new FlashFile(path, pages * pageBytes + OPTION_BYTES);
    this.flash = new FlashMemory(silicon, uid, this.#file);
    this.#memory = new PartMemory(this.flash, new FramFile(dirname(path), basename(path)));
    this.rom = new RomPort({
      ...{ flash: this.flash, timing: FINE_TIMING, pacer: new LinePacer(paced ? { baud, characterBits: ROM_CHARACTER_BITS } : null, 1) },
      write: (bytes) => {
        this.part.wasSpokenTo();
        write(bytes.map(this.noise));
      },
      ended: (ending) => (ending.to === "application" ? this.part.start(ending.address) : this.part.boot()),
    });
    const place = { ...checked, recording };
    this.part = new Part({ flash: this.flash, memory: this.#memory, place, rom: this.rom, nowMs: REAL_TIMING.nowMs }, boot0);
  }

  truth(): PartTruth {
    return { ...truthOf(this.part.workplace), ...this.part.truth() };
  }

  close(): void {
    this.rom.reset();
    this.#memory.close();
    this.#file.close();
  }
}

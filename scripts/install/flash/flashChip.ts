/** One chip, from its bootloader to running firmware. Run it again after whatever stopped it: it goes on with what is missing. */
import { BLOCK_BYTES_MAX } from "#protocol/boot/an3155.ts";
import { FIRMWARE_INFO_AT, FIRMWARE_INFO_BYTES, readFirmwareInfo } from "#protocol/boot/firmware.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { BootLine, type BootRate } from "#scripts/install/flash/bootLine.ts";
import { Bootloader } from "#scripts/install/flash/bootloader.ts";
import type { Firmware } from "#scripts/install/flash/firmwareFile.ts";
import { admit, isErased, isSame, PROBE_BYTES, pagesOf, worthReading, writingOrder } from "#scripts/install/flash/flashPlan.ts";

export interface FlashOrder extends BootRate {
  firmware: Firmware;
  /** A protected part may be erased, with all that it holds. */
  eraseProtected: boolean;
  progress(step: FlashProgress): void;
}

export interface FlashProgress {
  phase: "probe" | "read" | "erase" | "write" | "verify";
  /** Of the bytes of all phases that are known to come. */
  done: number;
  total: number;
}

export interface Flashed {
  silicon: string;
  uid: string;
  version: string;
  /** What ran before; null where nothing did. */
  before: string | null;
  pagesWritten: number;
  pagesKept: number;
  seconds: number;
}

const PAGE_TRIES = 3;
const STEP_TRIES = 4;

/** Rejects with `flash.*`, `update.otherTarget`. */
export async function flashChip(order: FlashOrder): Promise<Flashed> {
  const startMs = performance.now();
  const line = await BootLine.open(order);
  try {
    const part = await unprotected(line, order);
    const { silicon } = part;
    const before = readFirmwareInfo(await part.read(silicon.flashAddress + FIRMWARE_INFO_AT, FIRMWARE_INFO_BYTES));
    admit(order.firmware, silicon, before);
    const uid = Buffer.from(await part.uid()).toString("hex");
    const job = new FlashJob(line, part, order);
    const { written, kept } = await job.run();
    await part.go(silicon.flashAddress);
    const seconds = Number(((performance.now() - startMs) / 1000).toFixed(2));
    return { silicon: silicon.name, uid, version: order.firmware.version, before, pagesWritten: written, pagesKept: kept, seconds };
  } finally {
    await line.close();
  }
}

/** Meets the part; one that may not be read is erased where that is wanted, and met again. */
async function unprotected(line: BootLine, { eraseProtected }: FlashOrder): Promise<Bootloader> {
  const part = await met(line);
  try {
    await part.options();
    return part;
  } catch (error) {
    if (!(error instanceof CodedError && error.code === "flash.readProtected") || !eraseProtected) throw error;
    await part.unprotectReading();
    return await met(line);
  }
}

/** A part that answered late was asked twice, and is one byte ahead of us: it is met again. One that says nothing is not there. */
async function met(line: BootLine): Promise<Bootloader> {
  for (let tried = 1; ; tried++) {
    try {
      return await Bootloader.meet(line);
    } catch (error) {
      if (!isMisunderstood(error) || tried >= STEP_TRIES) throw error;
    }
  }
}

class FlashJob {
  readonly #line: BootLine;
  #part: Bootloader;
  readonly #pages: Uint8Array[];
  readonly #order: FlashOrder;
  #done = 0;
  #total = 0;

  constructor(line: BootLine, part: Bootloader, order: FlashOrder) {
    this.#line = line;
    this.#part = part;
    this.#order = order;
    this.#pages = pagesOf(order.firmware.bytes, part.silicon.pageBytes);
  }

  async run(): Promise<{ written: number; kept: number }> {
    const there = await this.#whatIsThere();
    const missing = writingOrder(this.#pages, there);
    if (missing.length === 0) return { written: 0, kept: this.#pages.length };
    this.#total += 2 * missing.length * this.#part.silicon.pageBytes;
    this.#tell("erase", 0);
    // The first page first: what is half-written from here on does not start.
    await this.#steadily((part) => part.erase(missing.toSorted((left, right) => left - right)));
    for (const page of missing) {
      if (page === 0) await this.#verifyAll(missing.slice(0, -1));
      await this.#write(page);
    }
    await this.#verifyAll([0]);
    return { written: missing.length, kept: this.#pages.length - missing.length };
  }

  async #whatIsThere(): Promise<Set<number>> {
    const probes: Uint8Array[] = [];
    for (const page of this.#pages.keys()) {
      probes.push(await this.#steadily((part) => part.read(this.#address(page), PROBE_BYTES)));
      this.#tell("probe", 0);
    }
    const candidates = worthReading(this.#pages, probes);
    this.#total += candidates.length * this.#part.silicon.pageBytes;
    const there = new Set<number>();
    for (const page of candidates) if (await this.#isThere(page, "read")) there.add(page);
    return there;
  }

  async #write(page: number): Promise<void> {
    const bytes = this.#pages[page] ?? new Uint8Array();
    for (let at = 0; at < bytes.length; at += BLOCK_BYTES_MAX) {
      const block = bytes.subarray(at, at + BLOCK_BYTES_MAX);
      if (!isErased(block)) await this.#steadily((part) => part.write(this.#address(page) + at, block));
      this.#tell("write", block.length);
    }
  }

  /** A page that is not as it was written is erased and written again, some times. */
  async #verifyAll(pages: readonly number[]): Promise<void> {
    for (const page of pages) {
      for (let tried = 1; !(await this.#isThere(page, "verify")); tried++) {
        if (tried >= PAGE_TRIES) throw new CodedError("flash.verifyFailed", `page ${page}`);
        this.#total += 2 * this.#part.silicon.pageBytes;
        await this.#steadily((part) => part.erase([page]));
        await this.#write(page);
      }
    }
  }

  async #isThere(page: number, phase: "read" | "verify"): Promise<boolean> {
    const bytes = this.#pages[page] ?? new Uint8Array();
    let isThere = true;
    for (let at = 0; at < bytes.length; at += BLOCK_BYTES_MAX) {
      const block = bytes.subarray(at, at + BLOCK_BYTES_MAX);
      const found = await this.#steadily((part) => part.read(this.#address(page) + at, block.length));
      isThere = isSame(block, found) && isThere;
      this.#tell(phase, block.length);
    }
    return isThere;
  }

  /** Noise on the line is met again, and what it spoiled is done again; what was written already is skipped by the silicon. */
  async #steadily<T>(act: (part: Bootloader) => Promise<T>): Promise<T> {
    for (let tried = 1; ; tried++) {
      try {
        return await act(this.#part);
      } catch (error) {
        if (!isNoise(error) || tried >= STEP_TRIES) throw error;
        this.#part = await Bootloader.meet(this.#line);
      }
    }
  }

  #address(page: number): number {
    const { flashAddress, pageBytes } = this.#part.silicon;
    return flashAddress + page * pageBytes;
  }

  #tell(phase: FlashProgress["phase"], bytes: number): void {
    this.#done += bytes;
    this.#order.progress({ phase, done: this.#done, total: this.#total });
  }
}

function isNoise(error: unknown): boolean {
  return isMisunderstood(error) || (error instanceof CodedError && error.code === "flash.noAnswer");
}

function isMisunderstood(error: unknown): boolean {
  return error instanceof CodedError && ["flash.badAnswer", "flash.refused"].includes(error.code);
}

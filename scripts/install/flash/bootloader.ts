/** The host's side of AN3155: one method for each command, refusals and silence as coded errors. */
import {
  ACK,
  addressFrame,
  type BootCommand,
  blockFrame,
  COMMANDS,
  commandFrame,
  countFrame,
  eraseFrame,
  NACK,
  SYNC,
} from "#protocol/boot/an3155.ts";
import { OPTION_BYTES, type Silicon, siliconOf, UID_BYTES } from "#protocol/boot/silicon.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { BootLine } from "#scripts/install/flash/bootLine.ts";

const SYNC_TRIES = 3;
const SYNC_WITHIN_MS = 100;
/** Fills up a frame that was begun. */
const FILLING = new Uint8Array(16).fill(SYNC);
const FILLED_WITHIN_MS = 30;
/** The longest frame that a part may be in the middle of when the host begins anew. */
const LONGEST_FRAME_BYTES = 520;
const ANSWER_WITHIN_MS = 500;
/** Data sheets: 40 ms a page at most, and as much for all of them on the larger parts a page. */
const ERASE_PAGE_WITHIN_MS = 60;
/** In one order: what a small part's buffer holds. */
const ERASE_PAGES_MAX = 32;

export class Bootloader {
  readonly silicon: Silicon;
  readonly #line: BootLine;
  readonly #codes: ReadonlySet<number>;

  private constructor(line: BootLine, silicon: Silicon, codes: ReadonlySet<number>) {
    this.#line = line;
    this.silicon = silicon;
    this.#codes = codes;
  }

  /** Meets the part, in whatever state an interrupted host left it. Rejects with `flash.noAnswer`, `flash.unknownPart`. */
  static async meet(line: BootLine): Promise<Bootloader> {
    await synchronise(line);
    await order(line, "get");
    const [less = 0] = await line.take(1, ANSWER_WITHIN_MS);
    const [, ...codes] = await line.take(less + 1, ANSWER_WITHIN_MS);
    await acknowledged(line, "get");
    await order(line, "getId");
    const [idLess = 0] = await line.take(1, ANSWER_WITHIN_MS);
    const id = await line.take(idLess + 1, ANSWER_WITHIN_MS);
    await acknowledged(line, "getId");
    const productId = id.reduce((sum, byte) => sum * 256 + byte, 0);
    const silicon = siliconOf(productId);
    if (!silicon) throw new CodedError("flash.unknownPart", `0x${productId.toString(16).padStart(4, "0")}`);
    return new Bootloader(line, silicon, new Set(codes));
  }

  /** Rejects with `flash.readProtected` where nothing may be read. */
  async read(address: number, length: number): Promise<Uint8Array> {
    await order(this.#line, "readMemory").catch((error: unknown) => {
      throw isRefusal(error) ? new CodedError("flash.readProtected", error.detail) : error;
    });
    await this.#line.send(addressFrame(address));
    await acknowledged(this.#line, "readMemory");
    await this.#line.send(countFrame(length));
    await acknowledged(this.#line, "readMemory");
    return this.#line.take(length, ANSWER_WITHIN_MS);
  }

  async write(address: number, bytes: Uint8Array): Promise<void> {
    await order(this.#line, "writeMemory");
    await this.#line.send(addressFrame(address));
    await acknowledged(this.#line, "writeMemory");
    await this.#line.send(blockFrame(bytes));
    await acknowledged(this.#line, "writeMemory");
  }

  async erase(pages: readonly number[]): Promise<void> {
    const command = this.#codes.has(COMMANDS.extendedErase) ? "extendedErase" : "erase";
    for (let from = 0; from < pages.length; from += ERASE_PAGES_MAX) {
      const some = pages.slice(from, from + ERASE_PAGES_MAX);
      await order(this.#line, command);
      await this.#line.send(eraseFrame(command, some));
      await acknowledged(this.#line, command, ANSWER_WITHIN_MS + some.length * ERASE_PAGE_WITHIN_MS);
    }
  }

  /** Leaves the bootloader. */
  async go(address: number): Promise<void> {
    await order(this.#line, "go");
    await this.#line.send(addressFrame(address));
    await acknowledged(this.#line, "go");
  }

  uid(): Promise<Uint8Array> {
    return this.read(this.silicon.uidAddress, UID_BYTES);
  }

  options(): Promise<Uint8Array> {
    return this.read(this.silicon.optionAddress, OPTION_BYTES);
  }

  /** Erases all, and the part begins anew. */
  async unprotectReading(): Promise<void> {
    await order(this.#line, "readoutUnprotect");
    await acknowledged(this.#line, "readoutUnprotect", ANSWER_WITHIN_MS + this.silicon.pages * ERASE_PAGE_WITHIN_MS);
  }
}

/**
 * A part that has just begun takes one 0x7F for the measure of the baud. One that was left in mid-frame takes it as data, and refuses
 * the frame when that is full; one that waits for a command refuses every pair of them. Either way it waits for a command then.
 */
async function synchronise(line: BootLine): Promise<void> {
  line.clear();
  if (await answersToSync(line)) return;
  for (let sent = 0; sent < LONGEST_FRAME_BYTES; sent += FILLING.length) {
    await line.send(FILLING);
    if ((await answerWithin(line, FILLED_WITHIN_MS)) === null) continue;
    // Whatever else it says to the rest of them; then one may be left of which it awaits the second.
    while ((await answerWithin(line, SYNC_WITHIN_MS)) !== null);
    if (await answersToSync(line)) return;
  }
  throw new CodedError("flash.noAnswer", "0x7F");
}

async function answersToSync(line: BootLine): Promise<boolean> {
  for (let tried = 0; tried < SYNC_TRIES; tried++) {
    await line.send(Uint8Array.of(SYNC));
    const answer = await answerWithin(line, SYNC_WITHIN_MS);
    if (answer === ACK || answer === NACK) return true;
  }
  return false;
}

function answerWithin(line: BootLine, withinMs: number): Promise<number | null> {
  return line.take(1, withinMs).then(
    ([byte]) => byte ?? null,
    (error: unknown) => {
      if (error instanceof CodedError && error.code === "flash.noAnswer") return null;
      throw error;
    },
  );
}

async function order(line: BootLine, command: BootCommand): Promise<void> {
  await line.send(commandFrame(command));
  await acknowledged(line, command);
}

async function acknowledged(line: BootLine, command: BootCommand, withinMs = ANSWER_WITHIN_MS): Promise<void> {
  const [answer] = await line.take(1, withinMs);
  if (answer === ACK) return;
  if (answer === NACK) throw new CodedError("flash.refused", command);
  throw new CodedError("flash.badAnswer", `${command}: 0x${(answer ?? 0).toString(16)}`);
}

function isRefusal(error: unknown): error is CodedError {
  return error instanceof CodedError && error.code === "flash.refused";
}

/** The bootloader in ROM, as strict as silicon: a byte out of place is refused, and what was begun must be finished. Knows no clock and no line. */
import {
  ACK,
  BLOCK_BYTES_MAX,
  type BootCommand,
  COMMANDS,
  ERASE_ALL,
  EXTENDED_ERASE_ALL,
  NACK,
  SYNC,
  xorOf,
} from "#protocol/boot/an3155.ts";
import type { FlashMemory } from "#simulator/chip/silicon/flash.ts";
import { type Span, spanOf } from "#simulator/chip/silicon/memoryMap.ts";

/** What the ROM wants next: bytes from the host, or to say something after it was busy. */
export type Wish = { read: number } | { say: Uint8Array; afterMs: number };
/** It hands over: to the application, or to its own beginning. */
export type Ending = { to: "application"; address: number } | { to: "reset" };

type Step<Result = void> = Generator<Wish, Result, Uint8Array>;
/** Null: it goes on with the next command. */
type Served = Step<Ending | null>;

const REFUSED_WHILE_PROTECTED: readonly BootCommand[] = [
  "readMemory",
  "go",
  "writeMemory",
  "erase",
  "extendedErase",
  "writeProtect",
  "writeUnprotect",
];

/** From power-up on: measures the host's baud by its first 0x7F, and serves until it hands over. */
export function* bootRom(flash: FlashMemory): Step<Ending> {
  for (let [byte] = yield { read: 1 }; byte !== SYNC; [byte] = yield { read: 1 });
  yield* say(ACK);
  for (;;) {
    const [code = 0, inverse = 0] = yield { read: 2 };
    const command = commandOf(code, inverse, flash);
    if (command === null) {
      yield* say(NACK);
      continue;
    }
    const ending = yield* SERVED[command](flash);
    if (ending) return ending;
  }
}

function commandOf(code: number, inverse: number, flash: FlashMemory): BootCommand | null {
  const command = known(flash).find((name) => COMMANDS[name] === code);
  if (command === undefined || (code ^ inverse) !== 0xff) return null;
  return flash.isReadProtected && REFUSED_WHILE_PROTECTED.includes(command) ? null : command;
}

/** A part knows one of the two ways to erase. */
function known({ silicon }: FlashMemory): BootCommand[] {
  const other = silicon.eraseCommand === "erase" ? "extendedErase" : "erase";
  return (Object.keys(COMMANDS) as BootCommand[]).filter((name) => name !== other);
}

const SERVED: Record<BootCommand, (flash: FlashMemory) => Served> = {
  *get(flash) {
    const codes = known(flash).map((name) => COMMANDS[name]);
    yield* say(ACK, codes.length, flash.silicon.bootloaderVersion, ...codes, ACK);
    return null;
  },
  *getVersion({ silicon }) {
    yield* say(ACK, silicon.bootloaderVersion, 0, 0, ACK);
    return null;
  },
  *getId({ silicon: { productId } }) {
    yield* say(ACK, 1, productId >>> 8, productId & 0xff, ACK);
    return null;
  },
  *readMemory(flash) {
    yield* say(ACK);
    const address = yield* readAddress();
    const isKnown = address !== null && spanOf(flash, address, 1) !== null;
    yield* say(isKnown ? ACK : NACK);
    if (!isKnown) return null;
    const [less = 0, inverse = 0] = yield { read: 2 };
    const span = spanOf(flash, address, less + 1);
    if ((less ^ inverse) !== 0xff || !span) yield* say(NACK);
    else yield* say(ACK, ...span.bytes);
    return null;
  },
  *go(flash) {
    yield* say(ACK);
    const address = yield* readAddress();
    const span = address === null ? null : spanOf(flash, address, 4);
    const canRun = span?.kind === "flash" || span?.kind === "ram";
    yield* say(canRun ? ACK : NACK);
    return canRun && address !== null ? { to: "application", address } : null;
  },
  *writeMemory(flash) {
    yield* say(ACK);
    const address = yield* readAddress();
    const isKnown = address !== null && address % 4 === 0 && isWritable(spanOf(flash, address, 1));
    yield* say(isKnown ? ACK : NACK);
    if (!isKnown) return null;
    const [less = 0] = yield { read: 1 };
    const rest = yield { read: less + 2 };
    const bytes = rest.subarray(0, less + 1);
    const span = spanOf(flash, address, bytes.length);
    const isWhole = xorOf(rest) === less && bytes.length <= BLOCK_BYTES_MAX && bytes.length % 4 === 0;
    if (!isWhole || !span || !isWritable(span)) {
      yield* say(NACK);
      return null;
    }
    yield { say: Uint8Array.of(ACK), afterMs: span.write(bytes) };
    // New option bytes are loaded by a reset.
    return span.kind === "options" ? { to: "reset" } : null;
  },
  *erase(flash) {
    yield* say(ACK);
    const [less = 0] = yield { read: 1 };
    if (less === ERASE_ALL) {
      const [inverse] = yield { read: 1 };
      return yield* erased(inverse === 0 ? flash.eraseAll() : null);
    }
    const rest = yield { read: less + 2 };
    const pages = [...rest.subarray(0, less + 1)];
    const isGood = xorOf(rest) === less && pages.every((page) => page < flash.silicon.pages);
    return yield* erased(isGood ? flash.erase(pages) : null);
  },
  *extendedErase(flash) {
    yield* say(ACK);
    const count = yield { read: 2 };
    const less = wordAt(count, 0);
    if (less >= 0xfff0) {
      const [sum] = yield { read: 1 };
      return yield* erased(less === EXTENDED_ERASE_ALL && sum === xorOf(count) ? flash.eraseAll() : null);
    }
    const rest = yield { read: 2 * (less + 1) + 1 };
    const pages = Array.from({ length: less + 1 }, (_, index) => wordAt(rest, 2 * index));
    const isGood = xorOf(rest) === xorOf(count) && pages.every((page) => page < flash.silicon.pages);
    return yield* erased(isGood ? flash.erase(pages) : null);
  },
  *writeProtect(flash) {
    yield* say(ACK);
    const [less = 0] = yield { read: 1 };
    const rest = yield { read: less + 2 };
    const isGood = xorOf(rest) === less;
    if (isGood) flash.protectWriting([...rest.subarray(0, less + 1)]);
    yield* say(isGood ? ACK : NACK);
    return isGood ? { to: "reset" } : null;
  },
  *writeUnprotect(flash) {
    flash.unprotectWriting();
    yield* say(ACK, ACK);
    return { to: "reset" };
  },
  *readoutProtect(flash) {
    // Protected once is protected: the second time is refused.
    const isNew = !flash.isReadProtected;
    if (isNew) flash.protectReading();
    yield* say(ACK, isNew ? ACK : NACK);
    return isNew ? { to: "reset" } : null;
  },
  *readoutUnprotect(flash) {
    yield* say(ACK);
    yield { say: Uint8Array.of(ACK), afterMs: flash.unprotectReading() };
    return { to: "reset" };
  },
};

function* say(...bytes: number[]): Step {
  yield { say: Uint8Array.from(bytes), afterMs: 0 };
}

function* erased(busyMs: number | null): Served {
  yield { say: Uint8Array.of(busyMs === null ? NACK : ACK), afterMs: busyMs ?? 0 };
  return null;
}

function* readAddress(): Step<number | null> {
  const frame = yield { read: 5 };
  return xorOf(frame) === 0 ? wordAt(frame, 0) * 0x1_0000 + wordAt(frame, 2) : null;
}

function wordAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function isWritable(span: Span | null): boolean {
  return span !== null && span.kind !== "system";
}

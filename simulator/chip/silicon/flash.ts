/** Flash as silicon has it: erased by pages to ones, written by half-words, and only where they are erased. */
import { OPTION_BYTES, READABLE, SILICON, type Silicon, type SiliconName, UID_BYTES } from "#protocol/boot/silicon.ts";

/** Where what the part keeps without power is kept. */
export interface Keep {
  /** Null where there is a part that has never had power. */
  read(): Uint8Array | null;
  /** `bytes` now stand at `at`. */
  write(at: number, bytes: Uint8Array): void;
}

/** Typical figures of the data sheets. */
const ERASE_PAGE_MS = 20;
const ERASE_ALL_MS = 20;
const PROGRAM_HALFWORD_MS = 0.0525;
const HALFWORD = 2;
/** One bit of the write protection keeps four pages of 1 KB. */
const PAGES_A_BIT = 4;
const PROTECTION_AT = 8;

export class FlashMemory {
  readonly silicon: Silicon;
  readonly uid: Uint8Array;
  readonly ram: Uint8Array;
  readonly #readable: number;
  readonly #keep: Keep;
  /** Flash, then option bytes. */
  readonly #bytes: Uint8Array;
  /** Half-words that were not written because they were not erased. */
  programErrors = 0;

  constructor(name: SiliconName, uid: Uint8Array, keep: Keep) {
    if (uid.length !== UID_BYTES) throw new RangeError(`${UID_BYTES} bytes of a unique number`);
    this.silicon = SILICON[name];
    this.uid = uid;
    this.ram = new Uint8Array(this.silicon.ramBytes);
    this.#readable = READABLE[name];
    this.#keep = keep;
    const kept = keep.read();
    this.#bytes = kept ?? new Uint8Array(this.flashBytes + OPTION_BYTES).fill(0xff);
    if (!kept) this.#setOptions();
  }

  get flashBytes(): number {
    return this.silicon.pageBytes * this.silicon.pages;
  }

  get options(): Uint8Array {
    return this.#bytes.subarray(this.flashBytes);
  }

  /** Flash as the application sees it. */
  get flash(): Uint8Array {
    return this.#bytes.subarray(0, this.flashBytes);
  }

  get isReadProtected(): boolean {
    return this.options[0] !== this.#readable;
  }

  isWriteProtected(page: number): boolean {
    const bit = Math.min(31, Math.floor(page / PAGES_A_BIT));
    return (((this.options[PROTECTION_AT + 2 * Math.floor(bit / 8)] ?? 0xff) >> (bit % 8)) & 1) === 0;
  }

  /** Pages of it stay as they are where they are protected. How long the silicon is busy. */
  erase(pages: readonly number[]): number {
    for (const page of pages) if (!this.isWriteProtected(page)) this.#erasePage(page);
    return pages.length * ERASE_PAGE_MS;
  }

  eraseAll(): number {
    for (let page = 0; page < this.silicon.pages; page++) if (!this.isWriteProtected(page)) this.#erasePage(page);
    return ERASE_ALL_MS;
  }

  /** Half-words of `bytes` that meet anything but ones are skipped, as silicon does it, without a word. How long it is busy. */
  program(offset: number, bytes: Uint8Array): number {
    const isZero = (at: number) => (bytes[at] ?? 0) === 0 && (bytes[at + 1] ?? 0) === 0;
    for (let at = 0; at < bytes.length; at += HALFWORD) {
      const to = offset + at;
      const isErased = this.#bytes[to] === 0xff && this.#bytes[to + 1] === 0xff;
      const mayWrite = (isErased || isZero(at)) && !this.isWriteProtected(Math.floor(to / this.silicon.pageBytes));
      if (mayWrite) this.#bytes.set(bytes.subarray(at, at + HALFWORD), to);
      else this.programErrors += 1;
    }
    this.#keep.write(offset, this.#bytes.slice(offset, offset + bytes.length));
    return (bytes.length / HALFWORD) * PROGRAM_HALFWORD_MS;
  }

  /** Option bytes are erased before they are written. */
  replaceOptions(offset: number, bytes: Uint8Array): number {
    this.#bytes.set(bytes, offset);
    this.#keep.write(offset, bytes);
    return ERASE_PAGE_MS;
  }

  protectReading(): void {
    this.#setOption(0, this.#readable ^ 0xff);
  }

  /** Whoever wants to read what was protected finds it erased. */
  unprotectReading(): number {
    this.#setOptions();
    return this.eraseAll();
  }

  protectWriting(bits: readonly number[]): void {
    for (const bit of bits) {
      const at = PROTECTION_AT + 2 * Math.floor(bit / 8);
      this.#setOption(at, (this.options[at] ?? 0xff) & ~(1 << (bit % 8)) & 0xff);
    }
  }

  unprotectWriting(): void {
    for (let byte = 0; byte < 4; byte++) this.#setOption(PROTECTION_AT + 2 * byte, 0xff);
  }

  #erasePage(page: number): void {
    const { pageBytes } = this.silicon;
    this.#bytes.fill(0xff, page * pageBytes, (page + 1) * pageBytes);
    this.#keep.write(page * pageBytes, new Uint8Array(pageBytes).fill(0xff));
  }

  #setOptions(): void {
    this.#setOption(0, this.#readable);
    for (let at = 2; at < OPTION_BYTES; at += 2) this.#setOption(at, 0xff);
  }

  /** Each option byte has its complement after it. */
  #setOption(at: number, value: number): void {
    this.options[at] = value;
    this.options[at + 1] = value ^ 0xff;
    this.#keep.write(this.flashBytes + at, this.options.slice(at, at + 2));
  }
}

import type { Block, Decoded, Field } from "#protocol/chip/table.ts";

/** Decodes a block's words (or a longer page that starts with them) into named values. Missing words are an error. */
export function decodeBlock<B extends Block>(block: B, words: readonly number[] | Uint16Array): Decoded<B> {
  const record: Record<string, unknown> = {};
  for (const field of block.fields) record[field.name] = decodeField(field, words);
  return record as Decoded<B>;
}

/** Encodes named values into the block's words. A value outside its field is a RangeError that names the field. */
export function encodeBlock<B extends Block>(block: B, values: Decoded<B>): Uint16Array {
  const words = new Uint16Array(block.words);
  const record = values as Record<string, unknown>;
  for (const field of block.fields) encodeField(field, record[field.name], words);
  return words;
}

/** Words as they go on the wire: big-endian bytes. Signatures and MACs are taken over these. */
export function wordsToBytes(words: readonly number[] | Uint16Array): Uint8Array {
  const bytes = new Uint8Array(words.length * 2);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < words.length; index++) view.setUint16(index * 2, words[index] ?? 0);
  return bytes;
}

export function bytesToWords(bytes: Uint8Array): Uint16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint16Array.from({ length: bytes.length >> 1 }, (_, index) => view.getUint16(index * 2));
}

function decodeField(field: Field, words: readonly number[] | Uint16Array): number | string | Uint8Array {
  const word = words[field.at];
  if (word !== undefined && field.words === 1) {
    // Nearly every field: ten windows a second of every machine come this way.
    if (field.type === "u16") return (word & 0xffff) / (field.per ?? 1);
    if (field.type === "s16") return ((word << 16) >> 16) / (field.per ?? 1);
  }
  const own = Array.from(words.slice(field.at, field.at + field.words));
  if (own.length !== field.words) throw new RangeError(`${field.name}: ${field.words} words wanted, ${own.length} there`);
  if (field.lowWordFirst) own.reverse();
  const bytes = wordsToBytes(own);
  if (field.type === "bytes") return bytes;
  if (field.type === "ascii") return String.fromCharCode(...bytes.filter((byte) => byte !== 0));
  return readNumber(field.type, new DataView(bytes.buffer)) / (field.per ?? 1);
}

function readNumber(type: Exclude<Field["type"], "ascii" | "bytes">, view: DataView): number {
  switch (type) {
    case "u16":
      return view.getUint16(0);
    case "s16":
      return view.getInt16(0);
    case "u32":
      return view.getUint32(0);
    case "s32":
      return view.getInt32(0);
    case "u64":
      return view.getUint32(0) * 2 ** 32 + view.getUint32(4);
    case "f32":
      return view.getFloat32(0);
  }
}

function encodeField(field: Field, value: unknown, into: Uint16Array): void {
  const bytes = new Uint8Array(field.words * 2);
  if (field.type === "bytes") {
    if (!(value instanceof Uint8Array) || value.length !== bytes.length)
      throw new RangeError(`${field.name}: ${bytes.length} bytes wanted`);
    bytes.set(value);
  } else if (field.type === "ascii") {
    const text = String(value);
    if (text.length > bytes.length) throw new RangeError(`${field.name}: longer than ${bytes.length} characters`);
    for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index) & 0x7f;
  } else writeNumber(field, Number(value), new DataView(bytes.buffer));
  const words = bytesToWords(bytes);
  into.set(field.lowWordFirst ? words.reverse() : words, field.at);
}

const INTEGER_RANGE = {
  u16: [0, 0xffff],
  s16: [-0x8000, 0x7fff],
  u32: [0, 0xffff_ffff],
  s32: [-0x8000_0000, 0x7fff_ffff],
  u64: [0, Number.MAX_SAFE_INTEGER],
} as const;

function writeNumber(field: Field, value: number, view: DataView): void {
  if (field.type === "f32") {
    view.setFloat32(0, value);
    return;
  }
  // A mean of equal readings must give equal words: noise of the last bits may not tip a tie to either side.
  const raw = field.per === undefined ? Math.round(value) : Math.round(Math.round(value * field.per * 1e6) / 1e6);
  const [least, most] = INTEGER_RANGE[field.type as keyof typeof INTEGER_RANGE];
  if (!(raw >= least && raw <= most)) throw new RangeError(`${field.name}: ${value} does not fit ${field.type}`);
  // A negative number's two's complement is its value modulo 2^bits.
  const unsigned = raw < 0 ? raw + 2 ** (field.words * 16) : raw;
  for (let word = field.words - 1, rest = unsigned; word >= 0; word--, rest = Math.floor(rest / 0x1_0000)) {
    view.setUint16(word * 2, rest % 0x1_0000);
  }
}

/** Does what a slave answered fit a map's recognition? Pure; what it rests on is the maps' data. */
import { decodeBlock } from "#protocol/chip/codec.ts";
import type { RecognisingRead, Said } from "#protocol/chip/maps/foreign.ts";
import type { Block, Field } from "#protocol/chip/table.ts";
import { type Heard, READ_FUNCTION, type Readable } from "#scripts/install/discover/probeLine.ts";

/** The smallest number of a meter's floats that is a reading; what is below it is two whole numbers in a float's place. */
const FLOAT_LEAST = 1e-12;

/** `FC03 0x0000`. */
function readName({ space, address }: Pick<Readable, "space" | "address">): string {
  return `FC0${READ_FUNCTION[space]} 0x${address.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** Why this answer is not that of the map's device at that address; null when it fits. */
export function misfit(read: RecognisingRead, heard: Heard, address: number): Said | null {
  const { block } = read;
  if (heard.kind !== "answer") return unanswered(block, heard);
  const values = decodeBlock<Block>(block, heard.words) as Record<string, unknown>;
  for (const field of block.fields) {
    const why = fieldMisfit(field, values[field.name], read, address);
    if (why) return { zh: `${readName(block)} 的 ${field.name} ${why.zh}`, en: `${field.name} in ${readName(block)} ${why.en}` };
  }
  return null;
}

/** A device that says 0 wherever it is asked fits many maps, and proves none. */
export function saysNothing(reads: readonly RecognisingRead[], heard: readonly Heard[]): boolean {
  const registers = heard.filter((_, index) => reads[index]?.block.space !== "coil");
  return registers.length > 0 && registers.every((each) => each.kind === "answer" && each.words.every((word) => word === 0));
}

export function unanswered(what: Readable, heard: Exclude<Heard, { kind: "answer" }>): Said {
  const name = readName(what);
  switch (heard.kind) {
    case "refused":
      return { zh: `${name} 被拒绝（异常 ${heard.exception}）`, en: `${name} is refused (exception ${heard.exception})` };
    case "silence":
      return { zh: `${name} 无应答`, en: `${name} is not answered` };
    case "otherLength":
      return {
        zh: `${name} 应答 ${heard.bytes} 字节，长度不符`,
        en: `${name} is answered with ${heard.bytes} bytes, not as many as were asked for`,
      };
    case "garbled":
      return { zh: `${name} 应答残缺`, en: `${name} is answered with garbage` };
  }
}

function fieldMisfit(field: Field, value: unknown, read: RecognisingRead, address: number): Said | null {
  const { name } = field;
  if (typeof value !== "number") return null;
  if (!Number.isFinite(value)) return { zh: "不是数", en: "is no number" };
  if (field.type === "f32" && value !== 0 && Math.abs(value) < FLOAT_LEAST)
    return { zh: "不是浮点读数", en: "is no reading in floating point" };
  const range = read.within?.[name];
  if (range && !(value >= range[0] && value <= range[1])) {
    return { zh: `为 ${shown(value)}，超出 ${range.join("–")}`, en: `is ${shown(value)}, not within ${range.join(" to ")}` };
  }
  const allowed = read.oneOf?.[name];
  if (allowed && !allowed.includes(value)) {
    return { zh: `为 ${shown(value)}，应为 ${allowed.join("、")}`, en: `is ${shown(value)}, not one of ${allowed.join(", ")}` };
  }
  if (read.ownAddress === name && value !== address) {
    return { zh: `为 ${shown(value)}，不是本机地址 ${address}`, en: `is ${shown(value)}, not the slave's own address ${address}` };
  }
  return null;
}

function shown(value: number): string {
  return Number.isInteger(value) ? `${value}` : value.toPrecision(4);
}

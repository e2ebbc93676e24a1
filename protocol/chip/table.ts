/**
 * The shape of a register map: one table from which readers, writers, the simulator and the documentation are made.
 * Our own chip and every foreign meter or relay are values of this shape, never code.
 */

/** How a field's words are read. Multi-word numbers have their high word first unless the field says `lowWordFirst`. */
export type FieldType = "u16" | "s16" | "u32" | "s32" | "u64" | "f32" | "ascii" | "bytes";

export interface Field {
  readonly name: string;
  /** Offset in words from the block's address. */
  readonly at: number;
  readonly words: number;
  readonly type: FieldType;
  /** Raw counts per unit: a raw 1234 with `per: 100` reads as 12.34. The unit ends the field's name. */
  readonly per?: number;
  readonly lowWordFirst?: boolean;
  readonly en: string;
  readonly zh: string;
}

export interface Block {
  /** First register (or coil) as it goes on the wire, counted from 0. */
  readonly address: number;
  readonly words: number;
  readonly space: "holding" | "input" | "coil";
  readonly access: "read" | "write" | "readWrite";
  readonly fields: readonly Field[];
  readonly en: string;
}

export interface RegisterMap {
  readonly name: string;
  readonly source: string;
  readonly blocks: Readonly<Record<string, Block>>;
}

type Value<F extends Field> = F["type"] extends "ascii" ? string : F["type"] extends "bytes" ? Uint8Array : number;

/** The record that a block decodes to: field names to numbers, strings or bytes. */
export type Decoded<B extends Block> = { -readonly [F in B["fields"][number] as F["name"]]: Value<F> };

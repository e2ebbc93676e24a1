/** The platform's envelope to one chip: the module carries it and cannot make it. Specification: README "Envelope". */
import { decodeBlock, encodeBlock, wordsToBytes } from "#protocol/chip/codec.ts";
import type { Decoded } from "#protocol/chip/table.ts";
import { ENVELOPE } from "#protocol/chip/vault.ts";
import { keyedDigest, sameBytes } from "#protocol/crypto.ts";

const TAG = "arcgate-envelope/1";
const MAC_BYTES = 16;
/** Words that the budget MAC covers: from the challenge to the word before the MAC. */
const COVERED = { from: 2, to: 20 } as const;

type EnvelopeBlock = Decoded<typeof ENVELOPE>;
/** What the platform decides; the rest of the block is sealing. */
export type EnvelopeTerms = Omit<EnvelopeBlock, "counter" | "budgetMac" | "mac">;

/** The envelope as it travels down: the covered words and the budget MAC, 52 bytes. */
export const ENVELOPE_BYTES = 52;

/** `budgetKey`: 32 bytes that platform and chip share; `uid`: the chip's 12 bytes. */
export function sealEnvelope(terms: EnvelopeTerms, budgetKey: Uint8Array, uid: Uint8Array): Uint8Array {
  const words = encodeBlock(ENVELOPE, { ...terms, counter: 0, budgetMac: new Uint8Array(MAC_BYTES), mac: new Uint8Array(8) });
  const covered = wordsToBytes(words.subarray(COVERED.from, COVERED.to));
  return Uint8Array.from([...covered, ...budgetMac(budgetKey, uid, covered)]);
}

/** The block's values for an envelope that came down: its link MAC is still to be made. Undefined when it is no envelope by its length. */
export function carryEnvelope(envelope: Uint8Array, counter: number): EnvelopeBlock | undefined {
  if (envelope.length !== ENVELOPE_BYTES) return undefined;
  const words = new Uint16Array(ENVELOPE.words);
  const view = new DataView(envelope.buffer, envelope.byteOffset, envelope.byteLength);
  for (let at = 0; at < ENVELOPE_BYTES / 2; at++) words[COVERED.from + at] = view.getUint16(at * 2);
  return { ...decodeBlock(ENVELOPE, words), counter };
}

/** Does the budget MAC of an ENVELOPE block's words fit? Only platform and chip can tell. */
export function isFromPlatform(words: readonly number[] | Uint16Array, budgetKey: Uint8Array, uid: Uint8Array): boolean {
  const { budgetMac: claimed } = decodeBlock(ENVELOPE, words);
  return sameBytes(claimed, budgetMac(budgetKey, uid, wordsToBytes(words.slice(COVERED.from, COVERED.to))));
}

function budgetMac(budgetKey: Uint8Array, uid: Uint8Array, covered: Uint8Array): Uint8Array {
  return keyedDigest(budgetKey, TAG, uid, covered).subarray(0, MAC_BYTES);
}

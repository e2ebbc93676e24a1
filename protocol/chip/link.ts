/** The authenticated exchanges with our chip: lease and settings written, page and totals read. */

import type { Buzzer, Lamp, LeaseMode } from "#protocol/chip/arcgateChip.ts";
import { BUZZERS, LAMPS, LEASE, LEASE_MODES, PAGE, PAGE_RECORDS_MAX, SETTINGS, TOTALS, WINDOW } from "#protocol/chip/arcgateChip.ts";
import { decodeBlock, encodeBlock, wordsToBytes } from "#protocol/chip/codec.ts";
import { CALIBRATION, UPDATE } from "#protocol/chip/service.ts";
import type { Block, Decoded } from "#protocol/chip/table.ts";
import { ENVELOPE, FLOORS, VAULT } from "#protocol/chip/vault.ts";
import { decodeWindow, encodeWindow, type Window } from "#protocol/chip/window.ts";
import { linkMac, sameBytes } from "#protocol/crypto.ts";

export interface LinkSecret {
  key: Uint8Array;
  bootNonce: Uint8Array;
}

export interface LeaseOrder {
  mode: LeaseMode;
  counter: number;
  session: number;
  leaseMs: number;
  sessionRemainingS: number;
  lamp: Lamp;
  buzzer: Buzzer;
  readFrom: number;
  confirmedBelow: number;
}

export type PageHeader = Decoded<typeof PAGE>;
export type Totals = Decoded<typeof TOTALS>;

const TAGS = new Map<Block, string>([
  [LEASE, "arcgate-lease/1"],
  [SETTINGS, "arcgate-settings/1"],
  [TOTALS, "arcgate-totals/1"],
  [PAGE, "arcgate-page/1"],
  [VAULT, "arcgate-vault/1"],
  [FLOORS, "arcgate-floors/1"],
  [ENVELOPE, "arcgate-carry/1"],
  [CALIBRATION, "arcgate-calibration/1"],
  [UPDATE, "arcgate-update/1"],
]);
const MAC_WORDS = 4;

export function encodeLease(order: LeaseOrder, secret: LinkSecret): Uint16Array {
  const { lamp, buzzer, mode, ...rest } = order;
  const indicator = (LAMPS.indexOf(lamp) << 8) | BUZZERS.indexOf(buzzer);
  return seal(LEASE, { ...rest, mode: LEASE_MODES.indexOf(mode), indicator, mac: new Uint8Array(8) }, secret);
}

/** The order, or undefined when a value has no meaning. The caller has checked the MAC with `isAuthentic`. */
export function decodeLease(words: readonly number[] | Uint16Array): LeaseOrder | undefined {
  const { mode, indicator, mac: _mac, ...rest } = decodeBlock(LEASE, words);
  const named = { mode: LEASE_MODES[mode], lamp: LAMPS[indicator >> 8], buzzer: BUZZERS[indicator & 0xff] };
  if (!named.mode || !named.lamp || !named.buzzer) return undefined;
  return { ...rest, mode: named.mode, lamp: named.lamp, buzzer: named.buzzer };
}

/** Encodes a block whose last field is its MAC, and fills the MAC in. */
export function seal<B extends Block>(block: B, values: Decoded<B>, secret: LinkSecret): Uint16Array {
  const words = encodeBlock(block, values);
  return withMac(block, words, words.subarray(0, block.words - MAC_WORDS), [], secret);
}

/** Does the block's own MAC (its last four words) fit? */
export function isAuthentic(block: Block, words: readonly number[] | Uint16Array, secret: LinkSecret): boolean {
  return macFits(block, words, [], secret);
}

/** The chip's answer: header and as many records as the read has room for. */
export function encodePage(header: PageHeader, windows: readonly Window[], windowMs: number, secret: LinkSecret): Uint16Array {
  const head = encodeBlock(PAGE, { ...header, records: windows.length });
  const records = windows.slice(0, PAGE_RECORDS_MAX).flatMap((window) => [...encodeWindow(window, windowMs)]);
  const sealed = withMac(PAGE, head, head.subarray(0, PAGE.words - MAC_WORDS), records, secret);
  return Uint16Array.from([...sealed, ...records]);
}

/** Header and windows, or undefined when the MAC does not fit or the record count is not there. */
export function decodePage(
  words: readonly number[] | Uint16Array,
  windowMs: number,
  secret: LinkSecret,
): { header: PageHeader; windows: Window[] } | undefined {
  if (words.length < PAGE.words) return undefined;
  const header = decodeBlock(PAGE, words);
  const end = PAGE.words + header.records * WINDOW.words;
  if (header.records > PAGE_RECORDS_MAX || words.length < end) return undefined;
  if (!macFits(PAGE, words, Array.from(words.slice(PAGE.words, end)), secret)) return undefined;
  const windows: Window[] = [];
  let seq = header.firstSeq;
  for (let at = PAGE.words; at < end; at += WINDOW.words) {
    const window = decodeWindow(words.slice(at, at + WINDOW.words), seq, windowMs);
    if (window.run === 0) return undefined;
    windows.push(window);
    seq += window.run;
  }
  return { header, windows };
}

function withMac(block: Block, words: Uint16Array, covered: Uint16Array, more: readonly number[], secret: LinkSecret): Uint16Array {
  const mac = linkMac(secret.key, tagOf(block), secret.bootNonce, wordsToBytes(covered), wordsToBytes(more));
  const sealed = Uint16Array.from(words);
  for (let index = 0; index < MAC_WORDS; index++) {
    sealed[block.words - MAC_WORDS + index] = ((mac[index * 2] ?? 0) << 8) | (mac[index * 2 + 1] ?? 0);
  }
  return sealed;
}

function macFits(block: Block, words: readonly number[] | Uint16Array, more: readonly number[], secret: LinkSecret): boolean {
  const at = block.words - MAC_WORDS;
  const mac = linkMac(secret.key, tagOf(block), secret.bootNonce, wordsToBytes(words.slice(0, at)), wordsToBytes(more));
  return sameBytes(mac, wordsToBytes(words.slice(at, block.words)));
}

function tagOf(block: Block): string {
  const tag = TAGS.get(block);
  if (!tag) throw new RangeError("a block without a MAC tag");
  return tag;
}

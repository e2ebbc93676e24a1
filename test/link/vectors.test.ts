import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Buzzer, type Lamp, LEASE, type LeaseMode, PAGE, SETTINGS, TOTALS } from "#protocol/chip/arcgateChip.ts";
import { bytesToWords, decodeBlock, wordsToBytes } from "#protocol/chip/codec.ts";
import {
  decodeLease,
  decodePage,
  encodeLease,
  encodePage,
  isAuthentic,
  type LeaseOrder,
  type PageHeader,
  seal,
} from "#protocol/chip/link.ts";
import type { Block, Decoded } from "#protocol/chip/table.ts";
import type { Window } from "#protocol/chip/window.ts";

interface Vectors {
  keyHex: string;
  bootNonceHex: string;
  windowMs: number;
  leases: { order: Omit<LeaseOrder, "mode" | "lamp" | "buzzer"> & { mode: LeaseMode; lamp: Lamp; buzzer: Buzzer }; wordsHex: string }[];
  settings: { values: Record<string, number>; wordsHex: string }[];
  totals: { values: Record<string, number>; wordsHex: string }[];
  pages: { header: Omit<PageHeader, "mac">; windows: Window[]; wordsHex: string }[];
}

const VECTORS = JSON.parse(readFileSync("protocol/vectors/chip/link.json", "utf8")) as Vectors;
const SECRET = { key: fromHex(VECTORS.keyHex), bootNonce: fromHex(VECTORS.bootNonceHex) };
const NO_MAC = new Uint8Array(8);
const MAC_BYTES = 8;

function fromHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, "hex"));
}

function toHex(words: Uint16Array): string {
  return Buffer.from(wordsToBytes(words)).toString("hex");
}

/** HMAC-SHA-256 by openssl, from the specification's text: tag, nonce, words without the MAC. */
function macByOpenssl(tag: string, covered: Uint8Array): string {
  const message = Buffer.concat([Buffer.from(tag, "ascii"), SECRET.bootNonce, covered]);
  const args = ["dgst", "-sha256", "-mac", "HMAC", "-macopt", `hexkey:${VECTORS.keyHex}`, "-binary"];
  return execFileSync("openssl", args, { input: message }).subarray(0, MAC_BYTES).toString("hex");
}

/** Block bytes without their MAC, and what follows the block. */
function covered(wordsHex: string, block: Block): { bytes: Uint8Array; mac: string } {
  const bytes = fromHex(wordsHex);
  const end = block.words * 2;
  const head = bytes.subarray(0, end - MAC_BYTES);
  return { bytes: Buffer.concat([head, bytes.subarray(end)]), mac: Buffer.from(bytes.subarray(end - MAC_BYTES, end)).toString("hex") };
}

describe("golden vectors of the chip's link", () => {
  it.each(VECTORS.leases)("lease $order.mode is written and read alike", ({ order, wordsHex }) => {
    expect(toHex(encodeLease(order, SECRET))).toBe(wordsHex);
    const words = bytesToWords(fromHex(wordsHex));
    expect(isAuthentic(LEASE, words, SECRET)).toBe(true);
    expect(decodeLease(words)).toEqual(order);
  });

  it.each([
    { name: "settings", block: SETTINGS as Block, ...VECTORS.settings[0] },
    { name: "totals", block: TOTALS as Block, ...VECTORS.totals[0] },
  ])("$name are sealed and read alike", ({ block, values, wordsHex }) => {
    expect(toHex(seal(block, { ...values, mac: NO_MAC } as unknown as Decoded<Block>, SECRET))).toBe(wordsHex);
    const words = bytesToWords(fromHex(wordsHex ?? ""));
    expect(isAuthentic(block, words, SECRET)).toBe(true);
    expect(decodeBlock(block, words)).toMatchObject(values ?? {});
  });

  it.each(VECTORS.pages)("a page is sealed and read alike", ({ header, windows, wordsHex }) => {
    expect(toHex(encodePage({ ...header, mac: NO_MAC }, windows, VECTORS.windowMs, SECRET))).toBe(wordsHex);
    const page = decodePage(bytesToWords(fromHex(wordsHex)), VECTORS.windowMs, SECRET);
    expect(page?.header).toMatchObject(header);
    expect(page?.windows).toEqual(windows);
  });

  it("every MAC is what openssl makes of the specification's text", () => {
    const blocks: [string, Block, string][] = [
      ...VECTORS.leases.map(({ wordsHex }): [string, Block, string] => ["arcgate-lease/1", LEASE, wordsHex]),
      ...VECTORS.settings.map(({ wordsHex }): [string, Block, string] => ["arcgate-settings/1", SETTINGS, wordsHex]),
      ...VECTORS.totals.map(({ wordsHex }): [string, Block, string] => ["arcgate-totals/1", TOTALS, wordsHex]),
      ...VECTORS.pages.map(({ wordsHex }): [string, Block, string] => ["arcgate-page/1", PAGE, wordsHex]),
    ];
    expect(blocks).toHaveLength(6);
    for (const [tag, block, wordsHex] of blocks) {
      const { bytes, mac } = covered(wordsHex, block);
      expect(macByOpenssl(tag, bytes), tag).toBe(mac);
    }
  });

  it("any single bit flipped in a lease or a page is not authentic", () => {
    const lease = fromHex(VECTORS.leases[1]?.wordsHex ?? "");
    const page = fromHex(VECTORS.pages[0]?.wordsHex ?? "");
    expect(lease).toHaveLength(LEASE.words * 2);
    for (let bit = 0; bit < lease.length * 8; bit++)
      expect(isAuthentic(LEASE, bytesToWords(flipped(lease, bit)), SECRET), `bit ${bit}`).toBe(false);
    for (let bit = 0; bit < page.length * 8; bit++) {
      expect(decodePage(bytesToWords(flipped(page, bit)), VECTORS.windowMs, SECRET), `bit ${bit}`).toBeUndefined();
    }
  });
});

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

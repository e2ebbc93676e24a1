/** What is to be done to a part's flash. Decides, and touches nothing. */
import { OWN_PAGES, type Silicon } from "#protocol/boot/silicon.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { compareVersions } from "#protocol/release/version.ts";
import type { Firmware } from "#scripts/install/flash/firmwareFile.ts";

/** Of each page so much is looked at, to see what an interrupted host has left. */
export const PROBE_BYTES = 16;

/** Throws `update.otherTarget`, `flash.badFirmware`, `flash.older`. */
export function admit({ productIds, bytes, version }: Firmware, silicon: Silicon, running: string | null): void {
  if (!productIds.includes(silicon.productId)) throw new CodedError("update.otherTarget", silicon.name);
  const room = (silicon.pages - OWN_PAGES) * silicon.pageBytes;
  if (bytes.length > room) throw new CodedError("flash.badFirmware", `${bytes.length} bytes, ${room} in ${silicon.name}`);
  if (running !== null && compareVersions(version, running) < 0) throw new CodedError("flash.older", `${running}, not ${version}`);
}

/** The firmware by pages, each filled up to its end with what erased flash has. */
export function pagesOf(bytes: Uint8Array, pageBytes: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / pageBytes) }, (_, page) => {
    const filled = new Uint8Array(pageBytes).fill(0xff);
    filled.set(bytes.subarray(page * pageBytes, (page + 1) * pageBytes));
    return filled;
  });
}

/** Pages whose beginning is there already: worth reading whole, before they are written again. */
export function worthReading(pages: readonly Uint8Array[], probes: readonly Uint8Array[]): number[] {
  return pages.flatMap((page, number) => (isSame(page.subarray(0, PROBE_BYTES), probes[number]) ? [number] : []));
}

/**
 * The order in which the rest is written: a part starts by its first page, so that comes last. While anything else is missing it
 * is erased, and nobody takes a half-written part for a whole one.
 */
export function writingOrder(pages: readonly Uint8Array[], there: ReadonlySet<number>): number[] {
  const missing = pages.flatMap((_, number) => (there.has(number) ? [] : [number]));
  if (missing.length === 0) return [];
  return [...missing.filter((page) => page !== 0), 0];
}

export function isSame(left: Uint8Array, right: Uint8Array | undefined): boolean {
  return left.length === right?.length && left.every((byte, at) => byte === right[at]);
}

export function isErased(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0xff);
}

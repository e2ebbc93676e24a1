import type { LineSettings } from "#protocol/chip/maps/foreign.ts";

/** Milliseconds that so many bytes need on the wire. */
export function lineTimeMs(line: LineSettings, bytes: number): number {
  const bits = 1 + line.dataBits + (line.parity === "none" ? 0 : 1) + line.stopBits;
  return (bytes * bits * 1_000) / line.baudRate;
}

import type { LineSettings } from "#protocol/chip/maps/foreign.ts";

/** `9600 baud 8N1`. */
export function lineText({ baudRate, dataBits, parity, stopBits }: LineSettings): string {
  return `${baudRate} baud ${dataBits}${(parity[0] ?? "").toUpperCase()}${stopBits}`;
}

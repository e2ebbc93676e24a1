import type { LineSettings } from "#protocol/chip/maps/foreign.ts";

/** What goes to a module, byte for byte. */
export interface ScannerCommand {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** The module says what became of it. */
  readonly answered: boolean;
  readonly en: string;
  readonly zh: string;
}

/** What a module says to a command. It comes at any place of the stream, before a code or glued to it, and is no part of a text. */
export interface ScannerAnswer {
  readonly means: "done" | "refused";
  readonly bytes: Uint8Array;
}

/** A kind of QR scanner module: data for the agent's driver and for the simulator. */
export interface ScannerModel {
  readonly name: string;
  readonly source: string;
  /** As the module leaves the factory. */
  readonly line: LineSettings;
  /** A sleeping module takes the first byte for its alarm clock and hears nothing for `pauseMs`. */
  readonly wake: { readonly bytes: Uint8Array; readonly pauseMs: number } | null;
  /** Sent once after opening. Nothing here is written to flash: its write cycles are limited. */
  readonly configure: readonly ScannerCommand[];
  /** Sent to make it read, and again after each code and every `armedMs`. Empty: it reads always. */
  readonly arm: readonly ScannerCommand[];
  readonly armedMs: number | null;
  /** Ends reading: sent when nobody listens any more. */
  readonly stop: ScannerCommand | null;
  readonly answers: readonly ScannerAnswer[];
  /** It was told to end each code: a pause in one is the line's, not its end. */
  readonly endsCodes: boolean;
}

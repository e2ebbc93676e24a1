import type { Window } from "#protocol/chip/window.ts";

/** A window with arc in it, divided: before the first arc edge, between the edges, after the last. */
export interface Shares {
  headShortMs: number;
  headNeitherMs: number;
  innerShortMs: number;
  tailShortMs: number;
  tailNeitherMs: number;
}

/**
 * The chip says how long the shorts of a window were, not where. Between two arc phases what is no arc is nearly always
 * short-circuit transfer, so the inside is filled first; then the head when a short reached into the window, else the tail.
 */
export function divide(window: Window, windowMs: number, shortReachesIn: boolean): Shares {
  const headMs = window.arcFirstMs;
  const innerMs = Math.max(0, window.arcLastMs - window.arcFirstMs - window.arcMs);
  const tailMs = Math.max(0, windowMs - window.arcLastMs);
  const innerShortMs = Math.min(window.shortMs, innerMs);
  const leftMs = window.shortMs - innerShortMs;
  const headFirst = Math.min(leftMs, headMs);
  const tailFirst = Math.min(leftMs, tailMs);
  const headShortMs = shortReachesIn ? headFirst : Math.min(leftMs - tailFirst, headMs);
  const tailShortMs = shortReachesIn ? Math.min(leftMs - headFirst, tailMs) : tailFirst;
  return {
    headShortMs,
    headNeitherMs: headMs - headShortMs,
    innerShortMs,
    tailShortMs,
    tailNeitherMs: tailMs - tailShortMs,
  };
}

/** Parts of a window come in 1/200: a short that fills its place to within two of them fills it. */
export function fills(shortMs: number, placeMs: number, windowMs: number): boolean {
  return placeMs > 0 && shortMs >= placeMs - windowMs / 100;
}

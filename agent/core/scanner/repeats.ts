/** A phone that is held before the scanner is read again and again: it counts once. And nobody shows many in a moment: that is a line gone wild. */

/** Since it was seen last. */
export const REPEAT_MS = 3_000;
/** Different texts within that time. Each scan is a row in the journal: what a loose wire says must not fill it. */
export const TEXTS_MAX = 4;

export type RecentTexts = readonly { readonly text: string; readonly seenMs: number }[];

export interface NotedText {
  readonly recent: RecentTexts;
  /** `repeated`: seen in the last 3 s; a phone that stays is seen anew each time. `tooMany`: it may be shown again a moment later. */
  readonly verdict: "new" | "repeated" | "tooMany";
}

export function noteText(recent: RecentTexts, text: string, nowMs: number): NotedText {
  const fresh = recent.filter(({ seenMs }) => nowMs - seenMs < REPEAT_MS);
  const others = fresh.filter((seen) => seen.text !== text);
  if (others.length >= TEXTS_MAX) return { recent: fresh, verdict: "tooMany" };
  return { recent: [{ text, seenMs: nowMs }, ...others], verdict: others.length < fresh.length ? "repeated" : "new" };
}

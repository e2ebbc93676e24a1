/** A phone that is held before the scanner is read again and again: it counts once. */

/** Since it was seen last. */
export const REPEAT_MS = 3_000;
const REMEMBERED_MAX = 8;

export type RecentTexts = readonly { readonly text: string; readonly seenMs: number }[];

/** `repeated`: the text was seen in the last 3 s. A phone that stays is seen anew each time. */
export function noteText(recent: RecentTexts, text: string, nowMs: number): { recent: RecentTexts; repeated: boolean } {
  const fresh = recent.filter(({ seenMs }) => nowMs - seenMs < REPEAT_MS);
  const others = fresh.filter((seen) => seen.text !== text);
  return { recent: [{ text, seenMs: nowMs }, ...others].slice(0, REMEMBERED_MAX), repeated: others.length < fresh.length };
}

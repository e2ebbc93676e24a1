/** A condition that must last before it is told, is told once, and is told again only after it has been over for some time. */
export interface Episode {
  startMs: number;
  /** How long it has held, less what pauses took away. */
  ms: number;
  /** Sum of what was measured, weighted by time. */
  valueMs: number;
  told: boolean;
  /** Since it last held. */
  overMs: number;
}

export interface EpisodeRule {
  /** Told when it has held for more than this. */
  holdMs: number;
  /** The part of a pause that is taken off: 1 forgets as fast as it gathers. */
  pausePart: number;
  /** Told again only after it has been over for so long. */
  rearmMs: number;
}

export interface Span {
  startMs: number;
  endMs: number;
}

/** `value` is what the span measured, or null when the condition does not hold in it. */
export function follow(
  before: Episode | null,
  { startMs, endMs }: Span,
  value: number | null,
  rule: EpisodeRule,
): { episode: Episode | null; met: boolean } {
  const lengthMs = endMs - startMs;
  if (value === null) return { episode: before && pause(before, lengthMs, rule), met: false };
  const { told, ...from } = before ?? { startMs, ms: 0, valueMs: 0, told: false };
  const ms = from.ms + lengthMs;
  const met = !told && ms > rule.holdMs;
  return { episode: { startMs: from.startMs, ms, valueMs: from.valueMs + value * lengthMs, told: told || met, overMs: 0 }, met };
}

export function meanOf({ valueMs, ms }: Episode): number {
  return ms > 0 ? valueMs / ms : 0;
}

function pause(before: Episode, lengthMs: number, rule: EpisodeRule): Episode | null {
  if (before.told) {
    const overMs = before.overMs + lengthMs;
    return overMs >= rule.rearmMs ? null : { ...before, overMs };
  }
  const ms = before.ms - lengthMs * rule.pausePart;
  return ms <= 0 ? null : { ...before, ms, valueMs: meanOf(before) * ms };
}

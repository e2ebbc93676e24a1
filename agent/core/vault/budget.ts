/** What the chip grants without the platform: judged, never counted, here. */
import type { OfflineBudget } from "#agent/core/link.ts";
import { FULL_BUDGET } from "#protocol/chip/vault.ts";

/** A part of it is at half or less: the platform should be heard soon. */
export function isLow({ poweredHours, boots, starts }: OfflineBudget): boolean {
  return poweredHours <= FULL_BUDGET.poweredHours / 2 || boots <= FULL_BUDGET.boots / 2 || starts <= FULL_BUDGET.starts / 2;
}

/** The chip answers `budgetSpent` to every new session. */
export function isSpent({ poweredHours, boots, starts }: OfflineBudget): boolean {
  return poweredHours === 0 || boots === 0 || starts === 0;
}

/** Whether a grant is for this machine, for now, and new. */
import type { TimeInterval } from "#agent/core/clock/interval.ts";
import type { ScanInput } from "#agent/core/machine/state.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";
import type { Grant } from "#protocol/pass/grant.ts";

/** Why a grant is not for this machine or not for now, or null. Judged on `earliest`, as certificates are; see the specification. */
export function refusedGrant(grant: Grant, device: string, time: TimeInterval): ErrorCode | null {
  if (grant.device !== device) return "pass.otherMachine";
  if (time.earliestMs >= grant.expiryS * 1000) return "pass.grantExpired";
  if (time.latestMs !== null && time.latestMs < grant.notBeforeS * 1000) return "pass.grantNotYetValid";
  return null;
}

/**
 * A grant is good once: its counter must be above that of the last one decided on, which is in the machine's checkpoint. Then it must be
 * for the work that the machine does (`requiredMask`); a guardian vouches only, and need not hold the category himself.
 */
export function takeGrant(scan: ScanInput, lastGrantCounter: number, requiredMask: number): { scan: ScanInput; lastGrantCounter: number } {
  const { grant, pass } = scan;
  if (!grant) return { scan, lastGrantCounter };
  const refused = (refusal: ErrorCode): ScanInput => ({ ...scan, pass: null, refusal, entry: null });
  if (grant.counter <= lastGrantCounter) return { scan: refused("pass.replayed"), lastGrantCounter };
  const isForThis = pass?.purpose === "guard" || (grant.categories & requiredMask) !== 0;
  return { scan: isForThis ? scan : refused("licence.wrongCategory"), lastGrantCounter: grant.counter };
}

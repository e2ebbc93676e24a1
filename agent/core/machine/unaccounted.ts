/** What only the chip knows of a session: its totals outlive the windows that a boot of it took along. */
import type { LinkTotals } from "#agent/core/link.ts";
import type { EventDraft, MachineState, SessionSums } from "#agent/core/machine/state.ts";

/** Less than this is rounding of the chip's whole ampere seconds. */
const UNACCOUNTED_MIN_AS = 5;

interface Unaccounted {
  draft: EventDraft;
  /** All that was said by now of this account of the chip. */
  said: SessionSums;
}

/** What stands in the chip's account, was not metered, and has not been said before; null when that is nothing. */
export function unaccounted(chip: LinkTotals | null, state: MachineState, metered: Omit<SessionSums, "session">): Unaccounted | null {
  const before = chip && beforeOf(chip.session, state);
  if (!chip || !before) return null;
  const said = state.unaccounted?.session === chip.session ? state.unaccounted : nothing(chip.session);
  const known = plus(plus(before, metered), said);
  const missing = {
    arcMs: chip.arcMs + chip.shortMs - known.arcMs,
    chargeAmpereSeconds: chip.chargeAmpereSeconds - known.chargeAmpereSeconds,
    energyJoules: chip.energyJoules - known.energyJoules,
    strikes: chip.strikes - known.strikes,
    shorts: chip.shorts - known.shorts,
  };
  if (missing.chargeAmpereSeconds < UNACCOUNTED_MIN_AS) return null;
  const windows = Math.max(0, chip.lastSeq + 1 - state.nextSeq);
  const payload = { reason: "chipBooted", windows, ...missing } as const;
  const draft: EventDraft = { name: "unaccounted", session: chip.session, agoMs: 0, payload };
  return { draft, said: plus(said, missing) };
}

/**
 * Metered of the account before the running session's own meter began; null when the account is somebody else's. A chip that has not
 * heard of a handover counts on for the session before, and nobody can tell when what it alone knows of burned.
 */
function beforeOf(account: number, { meteredSession, relieved }: MachineState): SessionSums | null {
  if (account === meteredSession) return nothing(account);
  return relieved?.session === account ? relieved : null;
}

export function sumsOf(session: number, sums: Omit<SessionSums, "session">): SessionSums {
  const { arcMs, chargeAmpereSeconds, energyJoules, strikes, shorts } = sums;
  return { session, arcMs, chargeAmpereSeconds, energyJoules, strikes, shorts };
}

function nothing(session: number): SessionSums {
  return { session, arcMs: 0, chargeAmpereSeconds: 0, energyJoules: 0, strikes: 0, shorts: 0 };
}

function plus(left: SessionSums, right: Omit<SessionSums, "session">): SessionSums {
  return {
    session: left.session,
    arcMs: left.arcMs + right.arcMs,
    chargeAmpereSeconds: left.chargeAmpereSeconds + right.chargeAmpereSeconds,
    energyJoules: left.energyJoules + right.energyJoules,
    strikes: left.strikes + right.strikes,
    shorts: left.shorts + right.shorts,
  };
}

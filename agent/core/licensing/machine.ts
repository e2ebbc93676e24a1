/** What the machine itself has against a start, whatever its class. */
import type { ScanFacts } from "#agent/core/licensing/facts.ts";
import type { DenialCode } from "#protocol/errors/licence.ts";

export function refusedMachine({ machine, journalFull, budgetSpent, holder }: ScanFacts, handle: string): DenialCode | null {
  if (machine === "unreachable") return "licence.machineUnreachable";
  if (machine === "faulted") return "licence.machineFaulted";
  if (machine === "arcing" && holder !== handle) return "licence.machineBusy";
  if (budgetSpent && holder !== handle) return "licence.offlineBudgetSpent";
  if (journalFull && holder !== handle) return "licence.journalFull";
  return null;
}

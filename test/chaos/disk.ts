/** Everything that a disk image holds. Plain data that nobody changes. */
import type { MachineState } from "#agent/core/machine/state.ts";
import type { Policy } from "#protocol/policy/policy.ts";
import { BEGIN_MS, type Certificate, HOUR_MS } from "#test/chaos/cast.ts";
import type { Sequence } from "#test/chaos/steps.ts";

export interface List {
  version: number;
  issuedMs: number;
  entries: ReadonlyMap<string, Certificate>;
}

export interface Disk {
  checkpoint: MachineState | null;
  policy: Policy;
  list: List;
}

export function firstDisk({ policy, people }: Sequence): Disk {
  const entries = new Map(people.filter((person): person is [string, Certificate] => person[1] !== null));
  return { checkpoint: null, policy, list: { version: 1, issuedMs: BEGIN_MS - 240 * HOUR_MS, entries } };
}

/** The next list, a day old when it arrives. Null: the handle is in it no more. */
export function relisted({ version, issuedMs, entries }: List, handle: string, certificate: Certificate | null, nowMs: number): List {
  const others = [...entries].filter(([held]) => held !== handle);
  const next = new Map(certificate ? [...others, [handle, certificate]] : others);
  return { version: version + 1, issuedMs: Math.max(issuedMs + 1, BEGIN_MS + nowMs - 24 * HOUR_MS), entries: next };
}

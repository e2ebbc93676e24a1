/** Everything that a disk image holds; the disk that is in the module, and the image that somebody may put back. */
import type { MachineState } from "#agent/core/machine/state.ts";
import { initialMachine, resumeMachine } from "#agent/core/machine/step.ts";
import type { Policy } from "#protocol/policy/policy.ts";
import { BEGIN_MS, HOUR_MS } from "#test/chaos/cast.ts";
import type { Certificate } from "#test/chaos/facts.ts";
import type { Memory } from "#test/chaos/oracle.ts";
import type { Sequence } from "#test/chaos/steps.ts";

export interface List {
  version: number;
  issuedMs: number;
  entries: ReadonlyMap<string, Certificate>;
}

/** Plain data that nobody changes, but for its checkpoint and policy. */
interface Disk {
  checkpoint: MachineState | null;
  /** How far it had heard the chip, by the chip's powered time: later windows are lost with the chip's next boot. */
  heardPoweredMs: number;
  policy: Policy;
  list: List;
}

function firstDisk({ policy, people }: Sequence): Disk {
  const entries = new Map(people.filter((person): person is [string, Certificate] => person[1] !== null));
  return { checkpoint: null, heardPoweredMs: 0, policy, list: { version: 1, issuedMs: BEGIN_MS - 240 * HOUR_MS, entries } };
}

/** The next list, a day old when it arrives. Null: the handle is in it no more. */
function relisted({ version, issuedMs, entries }: List, handle: string, certificate: Certificate | null, nowMs: number): List {
  const others = [...entries].filter(([held]) => held !== handle);
  const next = new Map(certificate ? [...others, [handle, certificate]] : others);
  return { version: version + 1, issuedMs: Math.max(issuedMs + 1, BEGIN_MS + nowMs - 24 * HOUR_MS), entries: next };
}

export class DiskShelf {
  disk: Disk;
  #image: { disk: Disk; memory: string; poweredMs: number } | null = null;

  constructor(sequence: Sequence) {
    this.disk = firstDisk(sequence);
  }

  /** Plain data that nobody changes: as good as its JSON, which is written only when a disk is read again. */
  keep(checkpoint: MachineState, heardPoweredMs: number): void {
    Object.assign(this.disk, { checkpoint, heardPoweredMs });
  }

  resumed(nowMs: number): MachineState {
    const { checkpoint } = this.disk;
    return checkpoint === null ? initialMachine() : resumeMachine(checkpoint, nowMs);
  }

  relist(handle: string, certificate: Certificate | null, nowMs: number): void {
    this.disk = { ...this.disk, list: relisted(this.disk.list, handle, certificate, nowMs) };
  }

  save(memory: Memory, poweredMs: number): void {
    this.#image = { disk: { ...this.disk }, memory: JSON.stringify(memory), poweredMs };
  }

  /** What the module remembered when the image was made; null when there is none, and nothing changes. */
  putBack(): { memory: Memory; poweredMs: number } | null {
    if (this.#image === null) return null;
    const { disk, memory, poweredMs } = this.#image;
    this.disk = { ...disk };
    return { memory: JSON.parse(memory) as Memory, poweredMs };
  }
}

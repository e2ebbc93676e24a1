/** A machine's state as it is kept in the journal, beside the events that follow from it. */
import { markDurable } from "#agent/core/machine/finish.ts";
import type { EventDraft, MachineState } from "#agent/core/machine/state.ts";
import { initialMachine, resumeMachine } from "#agent/core/machine/step.ts";
import type { Journal } from "#agent/ports.ts";

const CHECKPOINT_VERSION = 2;

interface Kept {
  v: number;
  machine: MachineState;
}

/** `machine` is the state once this is on the disk. */
export function keptState(state: MachineState): Kept {
  return { v: CHECKPOINT_VERSION, machine: markDurable(state) };
}

/** Where an earlier process left off; a machine that nobody knows yet begins. */
export function resumedState(journal: Journal, device: string, monoMs: number): MachineState {
  const kept = journal.checkpoint(device) as Kept | undefined;
  return kept?.v === CHECKPOINT_VERSION ? resumeMachine(kept.machine, monoMs) : initialMachine();
}

/** What such a machine notes first. */
export function startedDraft({ interlock }: MachineState, version: string): EventDraft {
  const resumedSession = interlock.at === "outage" || interlock.at === "ending";
  return { name: "agentStarted", session: null, agoMs: 0, payload: { version, resumedSession } };
}

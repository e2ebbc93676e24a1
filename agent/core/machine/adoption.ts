/** Meeting a chip: the first time, again after a cut cable, after its own boot, or after ours. */

import { restartDetection } from "#agent/core/detection/detection.ts";
import { sessionOf } from "#agent/core/interlock/common.ts";
import type { Session } from "#agent/core/interlock/state.ts";
import type { Adoption, MachineStatus } from "#agent/core/link.ts";
import type { Draft, EventDraft, MachineInput, MachineSetup, MachineState } from "#agent/core/machine/state.ts";
import { unaccounted } from "#agent/core/machine/unaccounted.ts";
import { restartWindows, totals } from "#agent/core/metering/meter.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";

/** Errors after which the chip must be met anew before it is spoken to. */
const READOPT = new Set<ErrorCode>(["link.rebooted", "link.badMac", "link.foreignDevice", "link.badAnswer"]);

export function adopt(draft: Draft, adoption: Adoption, setup: MachineSetup): Draft {
  const { bootId, uid, firmware, windowMs, sensorRangeAmps } = adoption;
  let { state } = draft;
  const drafts = [...draft.drafts];
  const known = state.chip;
  if (known && known.uid !== uid) drafts.push({ name: "chipReplaced", session: null, agoMs: 0, payload: { uid } });
  if (known?.bootId !== bootId) {
    const rebased = afterChipBoot(state, adoption, setup);
    state = rebased.state;
    drafts.push(...rebased.drafts);
    drafts.push({ name: "chipAdopted", session: null, agoMs: 0, payload: { uid, firmware, bootId, windowMs } });
  }
  const chip = { bootId, uid, windowMs, sensorRangeAmps };
  return { state: { ...state, chip, link: { at: "up", busy: false, misses: 0 }, status: adoption.status, sent: null }, drafts };
}

/** Window numbers start anew. What was metered stays; what only the chip's totals know is said to be unaccounted. */
function afterChipBoot(state: MachineState, adoption: Adoption, setup: MachineSetup): Draft {
  const settings = { ...setup.meter, windowMs: state.chip?.windowMs ?? adoption.windowMs, sensorRangeAmps: adoption.sensorRangeAmps };
  const ended = restartWindows(state.meter, settings);
  const drafts: EventDraft[] = ended.facts
    .filter((fact) => fact.type === "arcEnded")
    .map(({ arc }) => ({ name: "arc", session: state.meteredSession, agoMs: 0, payload: arc }));
  const missing = unaccounted(adoption.totals, state, totals(ended.state));
  if (missing) drafts.push(missing.draft);
  const session = sessionOf(state.interlock);
  const usedMs = session ? state.nextSeq * settings.windowMs - session.startedChipMs : 0;
  const rebased = session ? { ...state.interlock, session: { ...session, startedChipMs: -usedMs } as Session } : state.interlock;
  // Presses are counted from the boot: fewer than before are no press.
  const interlock = rebased.at === "awaitingStart" ? { ...rebased, pressesBefore: adoption.status.startPresses } : rebased;
  // A boot that this process has seen, its windows read, is timed by its own clock; any other may be of any age.
  const lastClosedChipMs = state.status === null || isBehind(state, state.status) ? null : 0;
  const detection = restartDetection(state.detection);
  const renewed = {
    ...{
      ...state,
      interlock,
      meter: ended.state,
      unaccounted: missing?.said ?? state.unaccounted ?? null,
      detection,
      nextSeq: 0,
      durableBelow: 0,
      lastClosedChipMs,
    },
    ...NO_GUARDIAN,
  };
  return { state: renewed as MachineState, drafts };
}

/** Windows that may wait for the next exchange without being behind. */
const BEHIND_MAX = 5;

/** The machine has windows that were not read yet: nobody can tell what its contactor did in them. */
export function isBehind({ nextSeq }: MachineState, status: MachineStatus): boolean {
  return status.nextSeq - nextSeq > BEHIND_MAX;
}

/** Both are counted by a clock that starts anew. */
const NO_GUARDIAN = { guardScan: null, waiting: null } as const;

/** Two misses make a machine silent; some errors mean that it is no longer the chip we knew. */
export function linkFailed(draft: Draft, input: Extract<MachineInput, { type: "linkFailed" | "adoptFailed" }>, monoMs: number): Draft {
  let { state } = draft;
  const drafts = [...draft.drafts];
  const misses = state.link.at === "up" ? state.link.misses + 1 : 2;
  const readopt = input.type === "adoptFailed" || READOPT.has(input.code);
  state = { ...state, link: readopt ? { at: "down", code: input.code } : { at: "up", busy: false, misses } };
  if (input.type === "adoptFailed" && input.code === "link.foreignDevice" && state.silentSinceMonoMs === null) {
    drafts.push({ name: "foreignDevice", session: null, agoMs: 0, payload: { code: input.code, detail: input.detail.slice(0, 256) } });
  }
  const silent = readopt ? input.type === "adoptFailed" : misses >= 2;
  if (silent && state.silentSinceMonoMs === null) {
    state = { ...state, silentSinceMonoMs: monoMs };
    drafts.push({ name: "chipLost", session: null, agoMs: 0, payload: { code: input.code } });
  }
  return { state, drafts };
}

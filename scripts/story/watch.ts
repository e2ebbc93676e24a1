/** What the story asks of the three processes while they run. */
import { askControl } from "#simulator/stage/control.ts";
import type { Stage } from "#simulator/stage/stage.ts";

interface LaneCounts {
  legal: number;
  telemetry: number;
}

/** Of the agent's `/api/status`, what the story looks at. */
interface MachineReport {
  state: string;
  text: { zh: string; en: string };
  volts: number | null;
  amps: number | null;
  totals: { arcs: number };
  journalled: LaneCounts;
  backlog: LaneCounts;
}

interface AgentReport {
  online: boolean;
  list: { version: number; overlayVersion: number } | null;
  time: { earliestMs: number };
  machines: MachineReport[];
}

/** The plant's own truth, as the chip's control socket tells it. */
export interface ChipTruth {
  arcs: number;
  arcMs: number;
  arcing: boolean;
  welding: boolean;
  rodsLeft: number;
  contactorClosed: boolean;
  mirrorClosed: boolean;
  opens: { by: string; atMs: number }[];
}

export interface StreamAccount {
  lane: "legal" | "telemetry";
  chain: number;
  /** Hash of the last event held. */
  head: string;
  held: number;
  lastSeq: number;
  missingCount: number;
  conflicts: number;
  chainBreaks: number;
  refused: number;
  refusedBy: Record<string, number>;
}

export interface StoredEvent {
  seq: number;
  name: string | null;
  session: number | null;
  monoMs: number;
  epoch: number;
  payload: Record<string, unknown>;
}

const EVENTS_PER_ANSWER = 500;

export async function truthOf(stage: Stage): Promise<ChipTruth> {
  const [bus] = stage.buses;
  return (await askControl<{ result: ChipTruth }>(bus?.control ?? "", { do: "truth" })).result;
}

export async function tellChip(stage: Stage, command: object): Promise<void> {
  await askControl(stage.buses[0]?.control ?? "", command);
}

export async function tellPlatform(stage: Stage, command: object): Promise<void> {
  await askControl(stage.platformControl, command);
}

/** Null while the agent is down. */
export async function agentReport(stage: Stage): Promise<AgentReport | null> {
  if (!stage.agent) return null;
  try {
    return (await (await fetch(`${stage.page}/api/status`, { signal: AbortSignal.timeout(1_000) })).json()) as AgentReport;
  } catch {
    return null;
  }
}

export async function machineReport(stage: Stage): Promise<MachineReport | undefined> {
  return (await agentReport(stage))?.machines[0];
}

export async function streamsOf(stage: Stage, device: string): Promise<StreamAccount[]> {
  return (await askControl<{ streams: StreamAccount[] }>(stage.platformControl, { do: "report", device })).streams;
}

/** Everything that the platform holds of a lane, in order. */
export async function eventsOf(stage: Stage, device: string, lane: "legal" | "telemetry"): Promise<StoredEvent[]> {
  const all: StoredEvent[] = [];
  for (;;) {
    const fromSeq = (all.at(-1)?.seq ?? 0) + 1;
    const request = { do: "events", device, lane, fromSeq, limit: EVENTS_PER_ANSWER };
    const { events } = await askControl<{ events: StoredEvent[] }>(stage.platformControl, request);
    all.push(...events);
    if (events.length < EVENTS_PER_ANSWER) return all;
  }
}

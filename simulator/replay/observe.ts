/** What a replay asks of the three processes while they run. */
import type { EventName, PayloadOf } from "#protocol/events/payloads.ts";
import type { MachineTruth } from "#simulator/chip/machine/workplace.ts";
import { askControl } from "#simulator/stage/control.ts";
import type { Stage } from "#simulator/stage/stage.ts";

/** An event as the platform holds it. */
export type HeldEvent = {
  [N in EventName]: { name: N; seq: number; session: number | null; kind: number; payload: PayloadOf<N> };
}[EventName];

interface HeldStream {
  lane: "legal" | "telemetry";
  lastSeq: number;
  missingCount: number;
  conflicts: number;
  chainBreaks: number;
  refused: number;
}

/** The part of the agent's status page that matters here. */
interface MachineView {
  state: string;
  journalled: { legal: number; telemetry: number };
  backlog: { legal: number; telemetry: number };
}

const EVENTS_PER_ANSWER = 500;
const PAGE_ANSWER_MS = 2_000;

export async function chipTruth(stage: Stage): Promise<MachineTruth> {
  return (await askControl<{ result: MachineTruth }>(stage.buses[0]?.control ?? "", { do: "truth" })).result;
}

export async function setChipSpeed(stage: Stage, x: number): Promise<void> {
  await askControl(stage.buses[0]?.control ?? "", { do: "speed", x });
}

export async function lockMachine(stage: Stage): Promise<void> {
  await askControl(stage.platformControl, { do: "lock", device: stage.devices[0] });
}

/** Undefined while the agent does not answer, or has no list yet and so could let nobody in. */
export async function machineView(stage: Stage): Promise<MachineView | undefined> {
  const response = await fetch(`${stage.page}/api/status`, { signal: AbortSignal.timeout(PAGE_ANSWER_MS) }).catch(() => undefined);
  if (!response?.ok) return undefined;
  const report = (await response.json()) as { list: object | null; machines: MachineView[] };
  return report.list ? report.machines[0] : undefined;
}

export async function heldStreams(stage: Stage): Promise<HeldStream[]> {
  const device = stage.devices[0];
  return (await askControl<{ streams: HeldStream[] }>(stage.platformControl, { do: "report", device })).streams;
}

/** Everything of the legal lane that the platform holds, in order. */
export async function heldEvents(stage: Stage): Promise<HeldEvent[]> {
  const all: HeldEvent[] = [];
  for (;;) {
    const fromSeq = (all.at(-1)?.seq ?? 0) + 1;
    const request = { do: "events", device: stage.devices[0], lane: "legal", fromSeq, limit: EVENTS_PER_ANSWER };
    const { events } = await askControl<{ events: HeldEvent[] }>(stage.platformControl, request);
    all.push(...events);
    if (events.length < EVENTS_PER_ANSWER) return all;
  }
}

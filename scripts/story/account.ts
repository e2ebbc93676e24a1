/** The story's account: what the chip made, what the agent journalled, what the platform holds. */
import { agentReport, eventsOf, type StoredEvent, streamsOf, truthOf } from "#scripts/story/watch.ts";
import type { Stage } from "#simulator/stage/stage.ts";

export interface StoryAccount {
  scans: number;
  refusals: number;
  starts: number;
  scanToContactorP50Ms: number;
  scanToContactorP99Ms: number;
  arcsMade: number;
  arcsRecorded: number;
  arcSecondsMade: number;
  arcSecondsRecorded: number;
  journalled: number;
  delivered: number;
  missing: number;
  duplicate: number;
  /** Decisions whose receipts the platform did not believe. */
  refusedReceipts: number;
  chainBreaks: number;
  arcsDropped: number;
}

export async function accountOf(stage: Stage, scanToContactorMs: readonly number[], arcsDropped: number): Promise<StoryAccount> {
  const device = stage.devices[0] ?? "";
  const truth = await truthOf(stage);
  const machine = (await agentReport(stage))?.machines[0];
  const streams = await streamsOf(stage, device);
  const legal = await eventsOf(stage, device, "legal");
  const telemetry = await eventsOf(stage, device, "telemetry");
  const named = (name: string) => legal.filter((event) => event.name === name);
  const arcs = named("arc");
  const journalled = (machine?.journalled.legal ?? 0) + (machine?.journalled.telemetry ?? 0);
  const delivered = sum(streams.map((stream) => stream.held));
  return {
    scans: named("scanAllowed").length + named("scanDenied").length,
    refusals: named("scanDenied").length,
    starts: named("contactorClosed").length,
    scanToContactorP50Ms: percentile(scanToContactorMs, 0.5),
    scanToContactorP99Ms: percentile(scanToContactorMs, 0.99),
    arcsMade: truth.arcs,
    arcsRecorded: arcs.length,
    arcSecondsMade: round(truth.arcMs / 1000),
    arcSecondsRecorded: round(sum(arcs.map((arc) => Number(arc.payload.arcMs))) / 1000),
    journalled,
    delivered,
    missing: Math.max(0, journalled - delivered) + sum(streams.map((stream) => stream.missingCount + stream.refused)),
    duplicate: repeated(legal) + repeated(telemetry) + sum(streams.map((stream) => stream.conflicts)),
    refusedReceipts: sum(
      streams.flatMap(({ refusedBy }) => Object.entries(refusedBy).map(([code, count]) => (code.startsWith("receipt.") ? count : 0))),
    ),
    chainBreaks: sum(streams.map((stream) => stream.chainBreaks)),
    arcsDropped,
  };
}

/** What did not hold, in words; empty when the story is true. */
export function broken(account: StoryAccount): string[] {
  const off = Math.abs(account.arcSecondsMade - account.arcSecondsRecorded);
  const checks: [boolean, string][] = [
    [account.refusals >= 1, "nobody was refused"],
    [account.starts >= 1, "the contactor never closed"],
    [account.arcsMade === 5, `five rods were to be burned, ${account.arcsMade} were`],
    [account.arcsRecorded === account.arcsMade, "arcs recorded ≠ arcs made"],
    [off <= Math.max(0.3, account.arcSecondsMade * 0.02), `arc seconds differ by ${off}`],
    [account.journalled > 0 && account.delivered === account.journalled, "delivered ≠ journalled"],
    [account.missing === 0, "events are missing"],
    [account.duplicate === 0, "events came twice"],
    [account.refusedReceipts === 0, "receipts were refused"],
    [account.chainBreaks === 0, "the chain is broken"],
    [account.arcsDropped === 0, "an arc went out by the kill"],
  ];
  return checks.filter(([holds]) => !holds).map(([, words]) => words);
}

/** The same fact under two numbers: what a kill must never cause. */
function repeated(events: readonly StoredEvent[]): number {
  const seen = new Set(
    events.map(({ name, session, payload, epoch, monoMs }) =>
      JSON.stringify([name, session, payload, name === "arc" ? 0 : [epoch, monoMs]]),
    ),
  );
  return events.length - seen.size;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** What is seen on the agent's page while somebody scans and welds. */
import type { AgentReport, MachineReport } from "#scripts/install/commission/agentProcess.ts";
import type { ClockReading, PlatformReading, ScanReading, WeldReading } from "#scripts/install/commission/core/judgeAgent.ts";
import type { MachineLimits } from "#scripts/install/commission/core/limits.ts";
import type { Ask } from "#scripts/install/machine/teller.ts";

/** The agent's page as the probes see it, and the hands. */
export interface AgentBench {
  readonly device: string;
  readonly page: string;
  readonly limits: MachineLimits;
  /** So long a hand may take. */
  readonly patienceMs: number;
  /** So long the platform may take. */
  readonly platformMs: number;
  nowMs(): number;
  pause(ms: number): Promise<void>;
  report(): Promise<AgentReport | null>;
  ask(ask: Ask, facts?: Readonly<Record<string, string>>): Promise<void>;
}

const LOOK_EVERY_MS = 100;
const LINK_MS = 30_000;
/** An agent that has just started reads what its chip has gathered, and lets nobody in before; nor while an answer of the chip is late. */
const STILL_BEHIND = "licence.machineUnreachable";
const SCAN_TRIES = 5;
/** Doubled each time: on a full bus an agent has much to read before it is up with one chip. */
const CATCH_UP_MS = 1_000;
/** A line that is dead for a moment just then is an outage to the agent, which closes after two seconds without current. */
const CLOSE_MS = 12_000;
/** Of welding, after somebody was asked. */
const WELD_MS = 30_000;
const WELD_SECONDS = "5";
/** Of a load that makes no arc. */
const DRY_SAMPLES = 10;

export async function probeClock(bench: AgentBench): Promise<ClockReading> {
  const report = await lookUntil(bench, bench.platformMs, ({ time }) => time.latestMs !== null);
  return report?.time ?? { earliestMs: 0, latestMs: null, source: "" };
}

export async function probeScan(bench: AgentBench): Promise<ScanReading> {
  await machineUntil(bench, LINK_MS, isReady);
  // Without a list nobody is licensed: it may still be on its way.
  await lookUntil(bench, bench.platformMs, ({ list }) => list !== null);
  let reading = await scanOnce(bench);
  for (let again = 1; again < SCAN_TRIES && reading.reason === STILL_BEHIND; again++) {
    await bench.pause(CATCH_UP_MS * 2 ** (again - 1));
    await machineUntil(bench, LINK_MS, isReady);
    reading = await scanOnce(bench);
  }
  return reading;
}

/** What a machine was before is told before its chip is met. */
function isReady({ state, linkCode, volts, offlineBudget }: MachineReport): boolean {
  return state === "locked" && linkCode === null && volts !== null && offlineBudget !== null;
}

async function scanOnce(bench: AgentBench): Promise<ScanReading> {
  const before = machineOf(bench, await bench.report());
  const startMs = bench.nowMs();
  await bench.ask("scan", { page: bench.page, device: bench.device });
  const isDecided = ({ inspection, session }: MachineReport) => inspection !== before?.inspection || session !== null;
  const decided = await machineUntil(bench, bench.patienceMs, isDecided);
  if (decided?.state === "awaitingStart") await bench.ask("pressStart");
  const isUnderWay = decided !== null && (decided.session !== null || decided.state === "awaitingStart");
  const after = isUnderWay ? await machineUntil(bench, bench.patienceMs + CLOSE_MS, isSettled) : decided;
  const isSeen = decided !== null && (isUnderWay || isDecided(decided));
  return {
    allowed: isSeen ? (after?.decision?.allowed ?? isUnderWay) : null,
    reason: isSeen ? (after?.decision?.reason ?? "") : "",
    energised: after?.state === "energised",
    afterMs: bench.nowMs() - startMs,
  };
}

/** Closed, or given up. */
function isSettled({ state, session }: MachineReport): boolean {
  return state === "energised" || (session === null && state !== "awaitingStart");
}

/** Asks for an arc, and watches until one is counted. */
export async function probeWeld(bench: AgentBench, dry: boolean): Promise<WeldReading> {
  const facts = { amps: String(bench.limits.weldAmps), seconds: WELD_SECONDS, dry: String(dry) };
  const [reading] = await Promise.all([watchWeld(bench, dry), bench.ask("weld", facts)]);
  return reading;
}

async function watchWeld(bench: AgentBench, dry: boolean): Promise<WeldReading> {
  const before = (await machineUntil(bench, LINK_MS, () => true))?.totals;
  let totals = before;
  const samples: { amps: number; volts: number }[] = [];
  const untilMs = bench.nowMs() + bench.patienceMs + WELD_MS;
  while (bench.nowMs() < untilMs && totals?.arcs === before?.arcs && !(dry && samples.length >= DRY_SAMPLES)) {
    await bench.pause(LOOK_EVERY_MS);
    const now = machineOf(bench, await bench.report());
    if (!now) continue;
    const { amps, volts } = now;
    if (amps !== null && volts !== null && Math.abs(amps) >= bench.limits.arcMinAmps) samples.push({ amps, volts });
    totals = now.totals;
  }
  return { samples, ...meteredBetween(before ?? NOTHING, totals ?? NOTHING) };
}

const NOTHING: MachineReport["totals"] = { arcs: 0, arcMs: 0, chargeAmpereSeconds: 0, energyJoules: 0 };

function meteredBetween(before: MachineReport["totals"], after: MachineReport["totals"]): Omit<WeldReading, "samples"> {
  const arcMs = after.arcMs - before.arcMs;
  const charge = Math.abs(after.chargeAmpereSeconds - before.chargeAmpereSeconds);
  const energy = Math.abs(after.energyJoules - before.energyJoules);
  return {
    arcs: after.arcs - before.arcs,
    arcMs,
    arcAmps: arcMs > 0 ? (charge * 1_000) / arcMs : 0,
    arcVolts: charge > 0 ? energy / charge : 0,
  };
}

export async function probePlatform(bench: AgentBench): Promise<PlatformReading> {
  const isHeld = ({ journalled, backlog }: MachineReport) => journalled.legal > 0 && backlog.legal === 0;
  const report = await lookUntil(bench, bench.platformMs, (seen) => {
    const machine = machineOf(bench, seen);
    return seen.online && machine !== null && isHeld(machine);
  });
  const machine = machineOf(bench, report);
  return {
    online: report?.online ?? false,
    reason: report?.offlineReason ?? "",
    journalled: machine?.journalled.legal ?? 0,
    waiting: machine?.backlog.legal ?? 0,
    refused: machine?.deadLetters.reduce((sum, { count }) => sum + count, 0) ?? 0,
  };
}

function machineOf({ device }: AgentBench, report: AgentReport | null): MachineReport | null {
  return report?.machines.find((machine) => machine.device === device) ?? null;
}

/** The last report, be it what was waited for or not. */
async function lookUntil(bench: AgentBench, ms: number, until: (report: AgentReport) => boolean): Promise<AgentReport | null> {
  const untilMs = bench.nowMs() + ms;
  for (;;) {
    const report = await bench.report();
    if ((report && until(report)) || bench.nowMs() >= untilMs) return report;
    await bench.pause(LOOK_EVERY_MS);
  }
}

async function machineUntil(bench: AgentBench, ms: number, until: (machine: MachineReport) => boolean): Promise<MachineReport | null> {
  const report = await lookUntil(bench, ms, (seen) => {
    const machine = machineOf(bench, seen);
    return machine !== null && until(machine);
  });
  return machineOf(bench, report);
}

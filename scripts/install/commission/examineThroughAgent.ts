/** Runs the items that only the real agent can answer: started for them, and stopped again whatever comes of it. */

import { CodedError } from "#protocol/errors/codedError.ts";
import { type AgentCommand, type AgentReport, RunningAgent } from "#scripts/install/commission/agentProcess.ts";
import { failed, skipped } from "#scripts/install/commission/core/finding.ts";
import { judgeArc, judgeClock, judgeCurrent, judgePlatform, judgeScan } from "#scripts/install/commission/core/judgeAgent.ts";
import { blockerOf } from "#scripts/install/commission/core/plan.ts";
import type { Findings } from "#scripts/install/commission/findings.ts";
import { type AgentBench, probeClock, probePlatform, probeScan, probeWeld } from "#scripts/install/commission/probes/throughAgent.ts";

interface AgentOrder {
  agent: AgentCommand;
  configFile: string;
  dry: boolean;
  /** The platform cannot be expected. */
  offline: boolean;
}

/** Its version, and the module's time at the end; null: it was not started, or did not come up. */
export type SeenAgent = Pick<AgentReport, "version" | "time"> | null;

const ITEMS_OF_AGENT = ["clock", "scan", "current", "arc", "platform"] as const;

export async function examineThroughAgent(
  order: AgentOrder,
  bench: Omit<AgentBench, "page" | "report">,
  findings: Findings,
): Promise<SeenAgent> {
  const blocker = blockerOf("clock", findings.results);
  if (blocker) {
    for (const id of ITEMS_OF_AGENT) if (!findings.isKept(id)) findings.note(id, skipped(blocker));
    return null;
  }
  let agent: RunningAgent;
  try {
    agent = await RunningAgent.start(order.agent, order.configFile);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    findings.note("scan", failed("agentNotStarted", undefined, error.detail));
    for (const id of ITEMS_OF_AGENT) if (!findings.isKept(id)) findings.note(id, skipped("scan"));
    return null;
  }
  try {
    return await examineItems(order, { ...bench, page: agent.page, report: () => agent.report() }, findings);
  } finally {
    await agent.stop();
  }
}

async function examineItems({ dry, offline }: AgentOrder, bench: AgentBench, findings: Findings): Promise<SeenAgent> {
  findings.note("clock", judgeClock(await probeClock(bench), offline));
  // Who scans starts a session, and a session is needed to weld: what of the three is missing, all three are done.
  if (!findings.isKept("scan") || !findings.isKept("current") || !findings.isKept("arc")) {
    findings.note("scan", judgeScan(await probeScan(bench)));
    await weld(bench, dry, findings);
  }
  findings.note("platform", judgePlatform(await probePlatform(bench), offline));
  const report = await bench.report();
  return report && { version: report.version, time: report.time };
}

async function weld(bench: AgentBench, dry: boolean, findings: Findings): Promise<void> {
  const blocker = blockerOf("arc", findings.results);
  if (blocker) {
    for (const id of ["current", "arc"] as const) findings.note(id, skipped(blocker));
    return;
  }
  const reading = await probeWeld(bench, dry);
  findings.note("current", judgeCurrent(reading, bench.limits, dry));
  findings.note("arc", judgeArc(reading, dry));
}

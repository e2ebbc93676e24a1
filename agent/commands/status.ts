import { type AgentReport, UPDATE_TEXT } from "#agent/core/status.ts";
import type { UpdateState } from "#agent/core/update/transition.ts";
import { readConfig } from "#agent/shell/system/configFile.ts";
import { codeIn } from "#protocol/errors/explain.ts";
import { ERRORS } from "#protocol/errors/registry.ts";

/** Asks the running agent's page. 1 when it does not answer. */
export async function status({ config, json }: { config: string; json: boolean }): Promise<number> {
  const { page } = readConfig(config);
  const url = `http://${page.host}:${page.port}/api/status`;
  let report: AgentReport;
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    report = (await answer.json()) as AgentReport;
  } catch (error) {
    const reason = (error as Error).message;
    console.log(json ? JSON.stringify({ running: false, reason }) : `程序未运行 the agent does not answer at ${url}: ${reason}`);
    return 1;
  }
  console.log(json ? JSON.stringify({ running: true, ...report }) : asText(report));
  return 0;
}

function asText(report: AgentReport): string {
  const head = [
    `焊闸 arcgate ${report.version}  平台 platform: ${report.online ? "在线 on line" : "离线 off line"}`,
    `名单 list: ${report.list ? `v${report.list.version}+${report.list.overlayVersion}, ${report.list.entries}` : "无 none"}  时间 time: ${new Date(report.time.earliestMs).toISOString()} (${report.time.source})`,
  ];
  if (report.update && report.update.at !== "current") head.push(updateLine(report.update));
  if (report.offlineReason !== "") head.push(...offlineLines(report.offlineReason));
  const machines = report.machines.map((machine) => {
    const { text } = machine;
    const live = machine.volts === null ? "—" : `${machine.volts.toFixed(1)} V ${(machine.amps ?? 0).toFixed(0)} A`;
    const backlog = `待传 waiting ${machine.backlog.legal}+${machine.backlog.telemetry}`;
    const trouble = [machine.fault ?? machine.linkCode, machine.scanner?.code].filter(Boolean).join(" ");
    const refused = machine.deadLetters
      .map(({ lane, count, digest }) => `\n  平台拒收 refused ${lane} ${count}, digest ${digest}`)
      .join("");
    return `${machine.device}  ${text.zh} ${text.en}  ${live}  弧 arcs ${machine.totals.arcs}  ${backlog}  ${trouble}`.trimEnd() + refused;
  });
  return [...head, ...machines].join("\n");
}

function updateLine(update: UpdateState): string {
  const { zh, en } = UPDATE_TEXT[update.at];
  return `升级 update: ${"version" in update ? `${update.version} ` : ""}${zh} ${en}`;
}

function offlineLines(reason: string): string[] {
  const code = codeIn(reason);
  const remedy = code ? [`  ${ERRORS[code].zh}。${ERRORS[code].remedyZh}`, `  ${ERRORS[code].en}. ${ERRORS[code].remedyEn}`] : [];
  return [`离线原因 off line: ${reason}`, ...remedy];
}

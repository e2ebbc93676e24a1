/** What the page says of a machine under a policy. */
import { expect, it, onTestFinished } from "vitest";
import { startClock } from "#agent/core/clock/interval.ts";
import { decide } from "#agent/core/licensing/decide.ts";
import type { AgentReport } from "#agent/core/status.ts";
import { statusPage } from "#agent/panel/statusPage.ts";
import { MachineDriver } from "#agent/runtime/machineDriver.ts";
import { machineReport, replyTo } from "#agent/runtime/reporting.ts";
import { sqliteStore } from "#test/journal/sqliteStore.ts";
import { PASS, SCAN, special } from "#test/licensing/facts.ts";
import type { Driving } from "#test/machine/driving.ts";
import { SETUP, START_UTC_MS, scanOf } from "#test/machine/fixtures.ts";
import { energisedUnder, lockedUnder, MINUTE_MS, permitUntil, SPECIAL } from "#test/machine/ruled.ts";
import { GUARDIAN, PLAIN } from "#test/policy/fixtures.ts";
import { FarLink } from "#test/runtime/farLink.ts";
import { UNJOINED } from "#test/runtime/unjoined.ts";

/** The report of a driver that goes on from the state that was driven to. */
function reportOf(driving: Driving): ReturnType<typeof machineReport> {
  const store = sqliteStore();
  const journal = store.open({ initialEpoch: 1 });
  onTestFinished(() => {
    journal.close();
    store.destroy();
  });
  journal.commit({ events: [], checkpoints: [{ device: SETUP.device, state: { v: 2, machine: driving.state } }] });
  const log = { info: () => undefined, warn: () => undefined };
  const clock = { monoMs: () => driving.nowMs };
  const time = startClock(START_UTC_MS, 0);
  const ports = { setup: driving.setup, link: new FarLink(), journal, clock, time: () => time, log, ...UNJOINED };
  const platform = {
    online: false,
    offlineReason: "",
    backlog: () => 0,
    request: () => Promise.resolve(),
    publishState: () => undefined,
    comeBack: () => undefined,
    forgetConfirmed: () => 0,
  };
  return machineReport(
    { driver: new MachineDriver(ports, "1.2.3"), designation: "ZX7-400", scanner: { code: null }, vault: null },
    { journal, platform, receipts: { inspection: () => null, decision: () => null } },
  );
}

function page(machine: ReturnType<typeof machineReport>, language: "zh" | "en"): string {
  const time = { earliestMs: START_UTC_MS, latestMs: null, source: "build" };
  const report: AgentReport = {
    version: "1.2.3",
    epoch: 1,
    online: true,
    offlineReason: "",
    list: null,
    time,
    journalBytes: 0,
    machines: [machine],
  };
  return statusPage(report, language);
}

it("whom a start waits for, and for how long", () => {
  const driving = lockedUnder({ ...SPECIAL, permits: permitUntil(90, { guardians: [GUARDIAN] }) });
  driving.step(scanOf());
  driving.pass(MINUTE_MS);
  const report = reportOf(driving);
  expect(report.awaitingGuardian?.handles).toEqual([GUARDIAN]);
  expect(report.awaitingGuardian?.forS).toBeGreaterThanOrEqual(238);
  expect(report.awaitingGuardian?.forS).toBeLessThanOrEqual(242);
  expect([report.ending, report.policyVersion]).toEqual([null, driving.setup.policy.version]);
});

it("what ends the session, and in how many minutes, once it is near", () => {
  const driving = energisedUnder({ permits: permitUntil(20), idleRelockS: 3_600 });
  expect(reportOf(driving).ending).toMatchObject({ cause: "permitEnded" });
  expect(page(reportOf(driving), "zh")).not.toContain("分钟后结束");
  driving.pass(8 * MINUTE_MS);
  expect(page(reportOf(driving), "zh")).toContain("12 分钟后结束：动火作业票到期");
  expect(page(reportOf(driving), "en")).toContain("12 min left until the hot-work permit's end");
});

it("the phone is told what to do, and what went on record", () => {
  const answer = (scan: Partial<typeof SCAN>, policy: Partial<typeof PLAIN>) =>
    replyTo({ decision: decide({ ...SCAN, ...scan }, { ...PLAIN, ...policy }), session: 41 });
  expect(answer({}, special)).toMatchObject({ allowed: false, zh: "需要监护人扫码。请监护人在 5 分钟内扫本机二维码，随后自动开机" });
  expect(answer({ pass: { ...PASS, handle: GUARDIAN, purpose: "guard" } }, special)).toMatchObject({
    allowed: true,
    zh: "监护人已登记，请全程监护",
  });
  const monitored = answer({ entry: null }, { machineClass: "monitored" });
  expect(monitored).toMatchObject({ allowed: true, session: 41, zh: "可以开机，但已记录：证书不在全省名单中" });
});

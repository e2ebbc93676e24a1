/** How a finding is told: with its evidence, once, whatever happens to the agent between two readings. */
import { expect, test } from "vitest";
import { initialDetection } from "#agent/core/detection/detection.ts";
import type { Finding } from "#agent/core/detection/finding.ts";
import { findingDraft } from "#agent/core/machine/findingDrafts.ts";
import { PAYLOADS } from "#protocol/events/payloads.ts";
import { look, windowsOf } from "#test/detection/script.ts";

const EVERYTHING = [
  ...["5×(10 arc, 5 noLoad)", "20 nothing", "5 open", "700 supplied", "9 leak", "5×(5 open, 20 noLoad)", "30 noLoad", "3×(restless)"],
  ...["10 ampsWithoutVolts", "30 backwards", "30 pulled", "24 hour"],
].join(", ");

test("with what was measured, the threshold, and the windows from two seconds before", () => {
  const [finding] = look(windowsOf("100 open, 9 leak")).findings;
  expect(finding?.toldMs).toBe(10_600);
  const measure = { atMs: 10_000, forMs: 600, quantity: "amps", threshold: 12 };
  expect(finding?.found).toMatchObject({ name: "suspectedModifiedWelder", measure });
  const { evidence } = finding as Finding;
  expect([evidence.firstSeq, evidence.runs.length, evidence.flags.every((flag) => flag === 0)]).toEqual([76, 30, true]);
  expect(evidence.amps.slice(0, 24).every((amps) => amps === 0)).toBe(true);
  expect(evidence.amps.slice(24).every((amps) => amps > 59)).toBe(true);
});

test("every finding is an event that the dictionary takes, no larger than three kilobytes", () => {
  const { findings } = look(windowsOf(EVERYTHING), { status: { fault: "mirrorDisagrees" } });
  expect(new Set(findings.map(({ found }) => found.name)).size).toBeGreaterThan(6);
  for (const finding of findings) {
    const { name, payload } = findingDraft(finding, 41, 1e9);
    expect(PAYLOADS[name].safeParse(payload).error).toBeUndefined();
    expect(JSON.stringify(payload).length).toBeLessThan(3_072);
  }
});

test("lost windows are a row without a reading, and nothing gathers across them", () => {
  const all = windowsOf("20 open, 4 leak, 36 open, 4 leak");
  const { findings, state } = look(all.filter(({ seq }) => seq < 24 || seq >= 60));
  expect(findings).toEqual([]);
  expect(state.rows.map(([seq, run, flags]) => [seq, run, flags])).toContainEqual([24, 36, 4]);
});

test("the same however the windows are cut into readings, and over a restart between any two of them", () => {
  const all = windowsOf(EVERYTHING);
  const whole = look(all);
  expect(whole.findings.length).toBeGreaterThan(6);
  for (const step of [1, 7, 10]) {
    let state = initialDetection();
    const findings: Finding[] = [];
    for (let at = 0; at < all.length; at += step) {
      // Read again from a little before, as after a kill.
      const next = look(all.slice(Math.max(0, at - 3), at + step), { state: JSON.parse(JSON.stringify(state)) });
      state = next.state;
      findings.push(...next.findings);
    }
    expect(findings).toEqual(whole.findings);
    expect(state).toEqual(whole.state);
  }
});

test("the state stays small however long the work", () => {
  const { state } = look(windowsOf("5×(10 arc, 5 noLoad), 9000 arc, 3×(restless), 3000 noLoad"));
  expect(JSON.stringify(state).length).toBeLessThan(6_000);
});

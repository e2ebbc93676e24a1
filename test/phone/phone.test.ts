import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openList } from "#protocol/list/certificateList.ts";
import { encodeChallenge } from "#protocol/pass/challenge.ts";
import { decodeCredential } from "#protocol/pass/credential.ts";
import { trustFromFile } from "#protocol/trust/trustFile.ts";
import { PERSON_NAMES, parsePersonName, peopleEntries, personOf } from "#simulator/people.ts";
import { CHEAT_NAMES } from "#simulator/phone/cheats.ts";
import { machineCode } from "#simulator/phone/machineCode.ts";
import { phoneOf } from "#simulator/phone/phone.ts";
import { scanAtPage } from "#simulator/phone/scan.ts";
import type { Platform } from "#simulator/platform/contract.ts";
import { startPlatform } from "#simulator/platform/platform.ts";
import { MACHINE, OTHER_MACHINE } from "#test/runtime/gate.ts";
import { type GatePage, openGatePage } from "#test/runtime/gatePage.ts";

const dataDir = mkdtempSync(join(tmpdir(), "arcgate-phone-"));
let platform: Platform;
let page: GatePage;

function trust() {
  return trustFromFile(JSON.parse(readFileSync(platform.trustPath, "utf8")));
}

function list() {
  const bytes = readFileSync(platform.list.path);
  return openList({ size: bytes.length, read: (offset, into) => bytes.copy(into, 0, offset, offset + into.length) }, trust());
}

beforeAll(async () => {
  platform = await startPlatform({ dataDir });
  const known = list();
  page = await openGatePage({ trust: trust(), lookUp: (handle) => known.lookUp(handle) ?? null });
});

afterAll(async () => {
  await platform.close();
  await page.close();
  rmSync(dataDir, { recursive: true, force: true });
});

test("everybody's credential but the forged one is the platform's, and says what the list says", () => {
  const known = list();
  expect(known.entries).toBe(1000);
  for (const name of PERSON_NAMES) {
    const pass = phoneOf(name, dataDir).credential;
    expect(pass.length).toBeLessThan(400);
    if (name === "forged") {
      expect(() => decodeCredential(pass, trust())).toThrow(/pass.badSignature/);
      continue;
    }
    const credential = decodeCredential(pass, trust());
    const entry = known.lookUp(credential.handle);
    expect(credential.issuedS * 1000).toBeLessThan(known.issuedMs);
    if (name === "unknown") expect(entry).toBeUndefined();
    else expect(entry).toMatchObject({ ...pickDays(credential), categories: credential.categories, suspended: false });
  }
});

function pickDays({ notBeforeDay, expiryDay, reviewDay }: { notBeforeDay: number; expiryDay: number; reviewDay: number }) {
  return { notBeforeDay, expiryDay, reviewDay };
}

test("the people are what their roles say on the day of the list", () => {
  const issuedMs = Date.UTC(2026, 0, 31, 17);
  // 01:00 of 1 February in China.
  const today = Date.UTC(2026, 1, 1) / 86_400_000;
  const certified = personOf("certified", issuedMs);
  expect(certified.notBeforeDay).toBeLessThan(today);
  expect(certified.reviewDay).toBeGreaterThan(today);
  expect(personOf("expired", issuedMs).expiryDay).toBe(today - 30);
  expect(personOf("pastReview", issuedMs).reviewDay).toBe(today - 60);
  expect(personOf("pastReview", issuedMs).expiryDay).toBeGreaterThan(today);
  expect(personOf("wrongCategory", issuedMs).category).toBe("2.3");
  expect(new Set(PERSON_NAMES.map((name) => personOf(name, issuedMs).handle)).size).toBe(PERSON_NAMES.length);
  expect(personOf("certified", 0).handle).toBe(certified.handle);
  expect(peopleEntries(issuedMs).map(({ handle }) => handle)).not.toContain(personOf("unknown", issuedMs).handle);
  expect(() => parsePersonName("toString")).toThrow(RangeError);
});

test("a machine is named by its code or its sticker, and by nothing else", () => {
  expect(machineCode(MACHINE)).toBe(MACHINE);
  expect(machineCode(`https://hanjie.example.cn/w/${MACHINE}`)).toBe(MACHINE);
  for (const wrong of [
    "",
    MACHINE.slice(1),
    `http://hanjie.example.cn/w/${MACHINE}`,
    `https://a/x/w/${MACHINE}`,
    `https://a/w/${MACHINE}?x=1`,
  ]) {
    expect(() => machineCode(wrong)).toThrow(RangeError);
  }
});

test("a scan at the page gives the page's own answer; what is no answer is an error", async () => {
  const certified = phoneOf("certified", dataDir);
  expect(await scanAtPage(page.url, MACHINE, certified)).toMatchObject({ allowed: true, session: expect.any(Number) });
  expect(await scanAtPage(page.url, "370983Z0001000000025", certified)).toMatchObject({ allowed: false, code: "licence.wrongMachine" });
  await expect(scanAtPage("http://127.0.0.1:1", MACHINE, certified)).rejects.toThrow();
});

test("the command ends with 0 when allowed, sent or printed, 3 when refused, 2 when nobody answers", async () => {
  const challenge = encodeChallenge(page.gate.challenge(OTHER_MACHINE));
  const runs = await Promise.all([
    phone("--as", "certified", "--machine", MACHINE, "--page", page.url),
    phone("--as", "forged", "--machine", `https://hanjie.example.cn/w/${OTHER_MACHINE}`, "--page", page.url),
    phone("--as", "certified", "--machine", MACHINE, "--page", "http://127.0.0.1:1"),
    phone("--as", "somebody", "--machine", MACHINE),
    phone("--as", "certified", "--machine", MACHINE, "--via", "platform", "--purpose", "guard", "--place", "36.186,116.763"),
    phone("--help"),
    phone("--as", "certified", "--via", "display", "--challenge", challenge, "--max-s", "3600"),
  ]);
  expect(runs.map(({ code }) => code)).toEqual([0, 3, 2, 2, 0, 0, 0]);
  expect(JSON.parse(runs[0]?.stdout ?? "")).toMatchObject({ allowed: true });
  expect(JSON.parse(runs[1]?.stdout ?? "")).toMatchObject({ allowed: false, code: "pass.badSignature" });
  expect(runs[3]?.stderr).toContain("pastReview");
  expect(JSON.parse(runs[4]?.stdout ?? "")).toMatchObject({ sent: true });
  expect(runs[5]?.stdout).toMatch(/^手机扫码/);
  const { response } = JSON.parse(runs[6]?.stdout ?? "") as { response: string };
  expect(await page.gate.scans.respond(OTHER_MACHINE, response, "scanner")).toMatchObject({ allowed: true });
});

test("no cheat is let in: each ends with 3 and the refusal that is meant for it", async () => {
  const refusals = {
    replay: "pass.replayed",
    screenshot: "pass.bareCredential",
    otherMachine: "pass.otherMachine",
    staleChallenge: "pass.staleChallenge",
    forgedHolder: /pass\.bad/,
    borrowed: "pass.badHolderSignature",
    altered: "pass.badHolderSignature",
  } as const;
  expect(Object.keys(refusals).sort()).toEqual([...CHEAT_NAMES].sort());
  for (const name of CHEAT_NAMES) {
    const more = name === "otherMachine" ? ["--from", OTHER_MACHINE] : [];
    // The gate's clock stands still; the answer is held back by its 30 s while the phone waits for a moment.
    const held = name === "staleChallenge" ? page.ageWhenAsked(31_000) : undefined;
    const { code, stdout } = await phone(
      "--as",
      "certified",
      "--machine",
      MACHINE,
      "--page",
      page.url,
      "--cheat",
      name,
      "--wait",
      "0.1",
      ...more,
    );
    held?.();
    expect([name, code]).toEqual([name, 3]);
    expect((JSON.parse(stdout) as { code: string }).code).toMatch(refusals[name]);
  }
  const strange = await phone("--as", "certified", "--machine", MACHINE, "--page", page.url, "--cheat", "nothing");
  expect([strange.code, strange.stderr]).toEqual([2, expect.stringContaining("replay")]);
});

function phone(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const all = ["--import", import.meta.resolve("tsx"), "simulator/main.ts", "phone", "--data", dataDir, ...args];
  return new Promise((resolve) => {
    const child = execFile(process.execPath, all, (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }));
  });
}

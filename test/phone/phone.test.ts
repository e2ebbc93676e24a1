import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openList } from "#protocol/list/certificateList.ts";
import { decodeCredential } from "#protocol/pass/credential.ts";
import { trustFromFile } from "#protocol/trust/trustFile.ts";
import { PERSON_NAMES, parsePersonName, peopleEntries, personOf } from "#simulator/people.ts";
import { machineCode } from "#simulator/phone/machineCode.ts";
import { passOf, scanAtPage } from "#simulator/phone/scan.ts";
import type { Platform } from "#simulator/platform/contract.ts";
import { startPlatform } from "#simulator/platform/platform.ts";

const DEVICE = "370983Z0001000000017";
const dataDir = mkdtempSync(join(tmpdir(), "arcgate-phone-"));
let platform: Platform;

/** The agent's page: allows whoever's pass the platform signed, and answers nonsense for one machine. */
const page = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  request.on("end", () => {
    const { machine, credential } = JSON.parse(Buffer.concat(parts).toString("utf8")) as { machine: string; credential: string };
    response.setHeader("content-type", "application/json");
    if (request.url !== "/api/scan" || machine !== DEVICE) response.writeHead(404).end("no such machine");
    else response.end(JSON.stringify(answerOf(credential)));
  });
});

function answerOf(credential: string): object {
  try {
    decodeCredential(credential, trust());
    return { allowed: true, zh: "可以焊接", en: "You may weld", session: 4 };
  } catch (error) {
    return { allowed: false, code: String(error).match(/pass\.\w+/)?.[0] ?? "", zh: "不可焊接", en: "Refused" };
  }
}

function trust() {
  return trustFromFile(JSON.parse(readFileSync(platform.trustPath, "utf8")));
}

function pageUrl(): string {
  const address = page.address();
  return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
}

beforeAll(async () => {
  platform = await startPlatform({ dataDir });
  await new Promise<void>((resolve) => page.listen(0, "127.0.0.1", resolve));
});

afterAll(async () => {
  await platform.close();
  page.close();
  rmSync(dataDir, { recursive: true, force: true });
});

test("everybody's pass but the forged one is the platform's, and says what the list says", () => {
  const bytes = readFileSync(platform.list.path);
  const list = openList({ size: bytes.length, read: (offset, into) => bytes.copy(into, 0, offset, offset + into.length) }, trust());
  expect(list.entries).toBe(1000);
  for (const name of PERSON_NAMES) {
    const pass = passOf(name, dataDir);
    expect(pass.length).toBeLessThan(400);
    if (name === "forged") {
      expect(() => decodeCredential(pass, trust())).toThrow(/pass.badSignature/);
      continue;
    }
    const credential = decodeCredential(pass, trust());
    const entry = list.lookUp(credential.handle);
    expect(credential.issuedS * 1000).toBeLessThan(list.issuedMs);
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
  expect(machineCode(DEVICE)).toBe(DEVICE);
  expect(machineCode(`https://hanjie.example.cn/w/${DEVICE}`)).toBe(DEVICE);
  for (const wrong of [
    "",
    DEVICE.slice(1),
    `http://hanjie.example.cn/w/${DEVICE}`,
    `https://a/x/w/${DEVICE}`,
    `https://a/w/${DEVICE}?x=1`,
  ]) {
    expect(() => machineCode(wrong)).toThrow(RangeError);
  }
});

test("a scan at the page gives the page's own answer; what is no answer is an error", async () => {
  const pass = passOf("certified", dataDir);
  expect(await scanAtPage(pageUrl(), DEVICE, pass)).toEqual({ allowed: true, zh: "可以焊接", en: "You may weld", session: 4 });
  await expect(scanAtPage(pageUrl(), "370983Z0001000000025", pass)).rejects.toThrow(/404: no such machine/);
});

test("the command ends with 0 when allowed or sent, 3 when refused, 2 when nobody answers", async () => {
  const runs = await Promise.all([
    phone("--as", "certified", "--machine", DEVICE, "--page", pageUrl()),
    phone("--as", "forged", "--machine", `https://hanjie.example.cn/w/${DEVICE}`, "--page", pageUrl()),
    phone("--as", "certified", "--machine", DEVICE, "--page", "http://127.0.0.1:1"),
    phone("--as", "somebody", "--machine", DEVICE),
    phone("--as", "certified", "--machine", DEVICE, "--via", "platform"),
    phone("--help"),
  ]);
  expect(runs.map(({ code }) => code)).toEqual([0, 3, 2, 2, 0, 0]);
  expect(JSON.parse(runs[0]?.stdout ?? "")).toMatchObject({ allowed: true, session: 4 });
  expect(JSON.parse(runs[1]?.stdout ?? "")).toMatchObject({ allowed: false, code: "pass.badSignature" });
  expect(runs[3]?.stderr).toContain("pastReview");
  expect(JSON.parse(runs[4]?.stdout ?? "")).toMatchObject({ sent: true });
  expect(runs[5]?.stdout).toMatch(/^手机扫码/);
});

function phone(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const all = ["--import", import.meta.resolve("tsx"), "simulator/main.ts", "phone", "--data", dataDir, ...args];
  return new Promise((resolve) => {
    const child = execFile(process.execPath, all, (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }));
  });
}

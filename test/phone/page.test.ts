/** The door for phones: whom it hears, how often, and what the display shows. */
import { request } from "node:http";
import QRCode from "qrcode";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { isOwnHost } from "#agent/shell/web/ownAddress.ts";
import { ERRORS } from "#protocol/errors/registry.ts";
import { encodeChallenge } from "#protocol/pass/challenge.ts";
import { encodeResponse } from "#protocol/pass/response.ts";
import { seededRandom } from "#test/list/fixtures.ts";
import { HANDLE } from "#test/machine/fixtures.ts";
import { credentialOf, phoneOf, WISHES } from "#test/pass/passes.ts";
import { MACHINE, OTHER_MACHINE } from "#test/runtime/gate.ts";
import { type GatePage, openGatePage } from "#test/runtime/gatePage.ts";

const PHONE = phoneOf("ed25519");
let page: GatePage;

beforeAll(async () => {
  page = await openGatePage();
});
afterAll(() => page.close());
beforeEach(() => {
  // Everybody may try again.
  page.gate.nowMs += 60_000;
});

function answer(device = MACHINE): string {
  return encodeResponse(credentialOf(PHONE, HANDLE), page.gate.challenge(device), WISHES, PHONE.signer);
}

interface Answer {
  status: number;
  text: string;
}

/** With headers that `fetch` would not send. */
function ask(
  path: string,
  { method = "GET", headers = {}, body = "" }: { method?: string; headers?: Record<string, string>; body?: string },
) {
  return new Promise<Answer>((resolve, reject) => {
    const sent = request(new URL(path, page.url), { method, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

const post = (response: string, headers: Record<string, string> = {}, machine = MACHINE) =>
  ask("/api/response", { method: "POST", headers, body: JSON.stringify({ machine, response }) });

describe("who is heard", () => {
  it("a page under another name that leads here (DNS rebinding), or of another port, is not", async () => {
    const { port } = new URL(page.url);
    const response = answer();
    for (const host of [`evil.example:${port}`, "127.0.0.1:1", "127.0.0.1", `127.0.0.2:${port}`, `[::1]:${port}`]) {
      expect([host, (await post(response, { host })).status]).toEqual([host, 403]);
      expect((await ask(`/api/challenge?machine=${MACHINE}`, { headers: { host } })).status).toBe(403);
    }
    expect((await post(response, { origin: `http://evil.example:${port}` })).status).toBe(403);
    expect((await post(response, { origin: "null" })).status).toBe(403);
    expect((await post(response, { host: `localhost:${port}`, origin: `http://localhost:${port}` })).status).toBe(200);
  });

  it.each([
    ["192.168.4.1:8321", "192.168.4.1", true],
    ["192.168.4.1:8321", "::ffff:192.168.4.1", true],
    ["[fe80::1]:8321", "fe80::1", true],
    ["welder.local:8321", "192.168.4.1", true],
    ["localhost:8321", "192.168.4.1", false],
    ["192.168.4.2:8321", "192.168.4.1", false],
    ["192.168.4.1.evil.example:8321", "192.168.4.1", false],
    ["192.168.4.1", "192.168.4.1", false],
    [undefined, "192.168.4.1", false],
  ])("Host %s at %s: %s", (host, localAddress, own) => {
    expect(isOwnHost(host, { localAddress, localPort: 8321 }, "welder.local")).toBe(own);
  });

  it("a client that tries too often must wait, and is told so", async () => {
    const answers: Answer[] = [];
    for (let count = 0; count < 31; count++) answers.push(await post("noise"));
    expect(answers.map(({ status }) => status)).toEqual([...Array.from({ length: 30 }, () => 403), 429]);
    expect(JSON.parse(answers[30]?.text ?? "")).toMatchObject({
      code: "pass.tooOften",
      zh: expect.stringContaining(ERRORS["pass.tooOften"].zh),
    });
    page.gate.nowMs += 100;
    expect((await post(answer())).status).toBe(200);
  });
});

it("300 replays, screenshots and answers to other and old challenges, over restarts: none is let in", async () => {
  const seed = 0x300;
  const random = seededRandom(seed);
  const spent = [answer()];
  expect((await post(spent[0] ?? "")).status).toBe(200);
  const codes = new Map<string, number>();
  for (let round = 0; round < 300; round++) {
    page.gate.nowMs += 1_000;
    if (round % 50 === 49) await page.gate.restart();
    if (round % 25 === 24) {
      const fresh = answer();
      expect((await post(fresh)).status, `seed ${seed}, round ${round}`).toBe(200);
      spent.push(fresh);
    }
    const kind = Math.floor(random() * 3);
    const old = spent[Math.floor(random() * spent.length)] ?? "";
    const text = [old, credentialOf(PHONE, HANDLE), answer(OTHER_MACHINE)][kind] ?? "";
    const { status, text: reply } = await post(text);
    expect(status, `seed ${seed}, round ${round}`).toBe(403);
    const { code } = JSON.parse(reply) as { code: string };
    codes.set(code, (codes.get(code) ?? 0) + 1);
  }
  expect([...codes.keys()].sort()).toEqual(["pass.bareCredential", "pass.otherMachine", "pass.replayed", "pass.staleChallenge"]);
});

describe("the display", () => {
  it("shows the present challenge as a QR code, Chinese first, and comes back by itself", async () => {
    const { status, text } = await ask(`/display/${MACHINE}`, {});
    expect(status).toBe(200);
    expect(text).toContain(
      await QRCode.toString(encodeChallenge(page.gate.challenge()), { type: "svg", errorCorrectionLevel: "M", margin: 4 }),
    );
    expect(text).toMatch(/http-equiv="refresh"/);
    expect(text.indexOf("请用本人手机扫描")).toBeLessThan(text.indexOf("Scan this code"));
  });

  it("shows another code when one was used, and none for another's machine", async () => {
    const before = await ask(`/display/${MACHINE}`, {});
    expect((await post(answer())).status).toBe(200);
    const after = await ask(`/display/${MACHINE}`, {});
    expect(svgOf(after.text)).not.toBe(svgOf(before.text));
    expect((await ask("/display/370983ZARCG000000099", {})).status).toBe(404);
    expect((await ask("/api/challenge?machine=nothing", {})).status).toBe(404);
    expect((await ask("/api/challenge", {})).status).toBe(404);
  });
});

function svgOf(html: string): string {
  return /<svg.*<\/svg>/s.exec(html)?.[0] ?? "";
}

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildMachineQr } from "#protocol/codes/machineQr.ts";
import { ERRORS, type ErrorCode } from "#protocol/errors/registry.ts";
import { SHANDONG_PROFILE } from "#protocol/profile/profile.ts";
import { tellPlatform } from "#scripts/story/watch.ts";
import type { PersonName } from "#simulator/people.ts";
import { postResponse, scanAtPage } from "#simulator/phone/scan.ts";
import { until } from "#simulator/stage/processes.ts";
import { Bench, PATIENCE_MS } from "#test/agent/bench.ts";

const REFUSED: [PersonName, ErrorCode][] = [
  ["expired", "licence.expired"],
  ["pastReview", "licence.reviewOverdue"],
  ["wrongCategory", "licence.wrongCategory"],
  ["unknown", "licence.unknownCertificate"],
  ["forged", "pass.badSignature"],
];
/** The second machine waits for its start button, in vain, while the first is tried. */
const WAITING = 1;
const WAITING_PLACE = { bus: 0, at: 2 };
const GRANT_AGAIN_MS = 5_000;
let bench: Bench;

/** A machine that is not there at the moment, or goes away while it waits for its button, is granted again. */
async function awaitStart(): Promise<void> {
  let grantedMs = Number.NEGATIVE_INFINITY;
  const isWaiting = async () => {
    if ((await bench.machine(WAITING))?.state === "awaitingStart") return true;
    if (performance.now() - grantedMs < GRANT_AGAIN_MS) return false;
    grantedMs = performance.now();
    await bench.scanFromAfar("certified", WAITING);
    return false;
  };
  await until("the second machine waits for its button", isWaiting, PATIENCE_MS);
}

describe.concurrent("scans, at the page and through the platform", () => {
  beforeAll(async () => {
    bench = await Bench.start(["ZX7-400", "ZX7-315"]);
    await awaitStart();
  });
  afterAll(() => bench?.close());

  it.sequential.each(REFUSED)("refuses %s with %s, in Chinese, and the contactor stays open", async (name, code) => {
    // It shows for three seconds only: whoever begins to look after the answer may miss it on a busy computer.
    const lamp = bench.truthWhen("the refusal's lamp", (seen) => seen.lamp === "redBlink");
    const [answer, truth] = await Promise.all([bench.scan(name), lamp]);
    expect(answer).toMatchObject({ allowed: false, code, session: null });
    expect(answer.zh).toContain(ERRORS[code].zh);
    expect(answer.zh).toContain(ERRORS[code].remedyZh);
    expect([truth.mirrorClosed, truth.contactorClosed, truth.opens.length]).toEqual([false, false, 0]);
    await bench.event("scanDenied", 0, ({ payload }) => payload.code === code && payload.way === (name === "forged" ? null : "page"));
  });

  it.sequential("refuses a code that belongs to another machine, and what is no code at all", async () => {
    const phone = bench.phone("certified");
    const { page } = bench.stage;
    const elsewhere = bench.device(0).replace("370983", "370982");
    for (const machine of [elsewhere, "https://example.cn/menu"]) {
      expect(await scanAtPage(page, machine, phone)).toMatchObject({ allowed: false, code: "licence.wrongMachine" });
      expect(await postResponse(page, machine, "AG1R:")).toMatchObject({ allowed: false, code: "licence.wrongMachine" });
    }
    expect(await postResponse(page, bench.device(), "not a pass")).toMatchObject({ code: "pass.notAPass" });
    expect(await postResponse(page, bench.device(), phone.credential)).toMatchObject({ code: "pass.bareCredential" });
    expect((await bench.truth()).mirrorClosed).toBe(false);
  });

  it.sequential("answers a malformed request, one that is too large and one of a foreign page with a refusal", async () => {
    const post = (body: string, headers: Record<string, string> = {}) =>
      fetch(`${bench.stage.page}/api/response`, { method: "POST", body, headers });
    expect((await post("{")).status).toBe(400);
    expect((await post(JSON.stringify({ machine: 7, response: [] }))).status).toBe(400);
    expect((await post("x".repeat(10_000))).status).toBe(413);
    const good = JSON.stringify({ machine: bench.device(), response: await bench.response("certified") });
    expect((await post(good, { origin: "http://elsewhere.example" })).status).toBe(403);
    expect((await post(good, { origin: "null" })).status).toBe(403);
    expect((await bench.truth()).mirrorClosed).toBe(false);
  });

  it.sequential("closes for the certified welder by the text of the sticker, and measures what is welded", async () => {
    const answer = await bench.scan("certified", 0, buildMachineQr(bench.device(), SHANDONG_PROFILE));
    expect(answer).toMatchObject({ allowed: true });
    await bench.truthWhen("the contactor closes", ({ mirrorClosed }) => mirrorClosed);
    await bench.tell({ do: "weld", rods: 2, rodS: 2, changeS: 1 });
    const truth = await bench.truthWhen("two rods are burned", ({ arcs, arcing }) => arcs === 2 && !arcing);
    await bench.arcsAre(truth);
    const again = await bench.scan("certified");
    expect(again).toMatchObject({ allowed: true, session: answer.session });
  });

  it.sequential("locks the machine when the platform says so, at arc-off", async () => {
    await bench.tell({ do: "weld", rods: 1, rodS: 3 });
    await bench.truthWhen("an arc", ({ arcing }) => arcing);
    await tellPlatform(bench.stage, { do: "lock", device: bench.device() });
    await bench.stateIs("ending");
    expect((await bench.truth()).mirrorClosed).toBe(true);
    await bench.stateIs("locked");
    const { opens } = await bench.truthWhen("the contactor opens", ({ mirrorClosed }) => !mirrorClosed);
    expect(opens.map(({ arcing }) => arcing)).toEqual([false]);
    const ended = await bench.event("sessionEnded");
    expect(ended.payload).toMatchObject({ cause: "lockedByPlatform", arcs: 3 });
  });

  it.sequential("closes when somebody presses the start button", async () => {
    await bench.scanFromAfar("certified");
    await bench.stateIs("awaitingStart");
    expect((await bench.truth()).mirrorClosed).toBe(false);
    await bench.tell({ do: "pressStart" });
    await bench.truthWhen("the contactor closes", ({ mirrorClosed }) => mirrorClosed);
    await bench.event("startAwaited");
    await bench.event("scanAllowed", 0, ({ payload }) => payload.way === "grant");
  });

  it.sequential("refuses whom it would refuse at the machine", async () => {
    await bench.scanFromAfar("expired");
    await bench.event("scanDenied", 0, ({ payload }) => payload.way === "grant" && payload.code === "licence.expired");
  });

  it.sequential("comes to nothing without the button, and is told to the platform as a warning", async () => {
    await bench.event("startExpired", WAITING);
    await bench.event("remoteScan", WAITING, ({ payload }) => payload.reason === "startButtonNotPressed");
    await bench.stateIs("locked", WAITING);
    const truth = await bench.tell({ do: "pressStart", at: WAITING_PLACE.at });
    expect(truth.opens).toEqual([]);
    // Two more exchanges: a late press closes nothing.
    await bench.truthWhen("two more renewals", ({ leaseAccepted }) => leaseAccepted >= truth.leaseAccepted + 2, WAITING_PLACE);
    expect((await bench.truth(WAITING_PLACE)).mirrorClosed).toBe(false);
    expect(await bench.named("sessionStarted", WAITING)).toEqual([]);
  });

  it.sequential("has delivered everything once, in order", async () => {
    await bench.drained();
    expect(await bench.objections(0)).toEqual([]);
    expect(await bench.objections(1)).toEqual([]);
  });
});

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { syncClock } from "#agent/core/clock/interval.ts";
import { encodeResponse } from "#protocol/pass/response.ts";
import { HANDLE, OTHER_HANDLE, START_UTC_MS } from "#test/machine/fixtures.ts";
import { credentialOf, phoneOf, WISHES } from "#test/pass/passes.ts";
import { type Gate, grantText, MACHINE, OTHER_MACHINE, openGate } from "#test/runtime/gate.ts";

const PHONE = phoneOf("es256");
const CREDENTIAL = credentialOf(PHONE, HANDLE);
let gate: Gate;

beforeEach(async () => {
  gate = await openGate();
});
afterEach(() => gate.close());

function answer(challenge = gate.challenge(), wishes = WISHES): string {
  return encodeResponse(CREDENTIAL, challenge, wishes, PHONE.signer);
}

async function codes(attempts: readonly (() => Promise<{ allowed: boolean; code?: string }>)[]): Promise<string[]> {
  const found: string[] = [];
  for (const attempt of attempts) {
    const { allowed, code } = await attempt();
    found.push(allowed ? "allowed" : (code ?? ""));
  }
  return found;
}

describe("a response", () => {
  it("opens once: at the page or at the scanner, never again, and the door it came by is on record", async () => {
    const [first, second] = [answer(), answer()];
    expect(await codes([() => gate.scans.respond(MACHINE, first, "page"), () => gate.scans.respond(MACHINE, second, "page")])).toEqual([
      "allowed",
      "pass.replayed",
    ]);
    const third = answer();
    expect(await codes([() => gate.scans.respond(MACHINE, third, "scanner"), () => gate.scans.respond(MACHINE, third, "page")])).toEqual([
      "allowed",
      "pass.replayed",
    ]);
    const records = gate.legal().filter(({ name }) => name === "scanAllowed" || name === "scanDenied");
    expect(records.map(({ payload }) => payload.way)).toEqual(["page", null, "scanner", null]);
  });

  it("starts nothing by a list that cannot be read, which is not a list that does not know the welder", async () => {
    const torn = await openGate(1, { lookUp: () => undefined });
    try {
      expect(await codes([() => torn.scans.respond(MACHINE, answer(torn.challenge()), "page")])).toEqual(["licence.noList"]);
      expect(torn.legal().at(-1)?.payload).toMatchObject({ listVersion: 0, overlayVersion: 0 });
    } finally {
      torn.close();
    }
  });

  it("is used up by a refusal of the licence too", async () => {
    const unlisted = encodeResponse(credentialOf(PHONE, OTHER_HANDLE), gate.challenge(), WISHES, PHONE.signer);
    const attempts = [unlisted, unlisted].map((text) => () => gate.scans.respond(MACHINE, text, "page"));
    expect(await codes(attempts)).toEqual(["licence.unknownCertificate", "pass.replayed"]);
  });

  it("with a forged signature uses nothing up: nobody can keep a welder from starting", async () => {
    const challenge = gate.challenge();
    const forged = encodeResponse(CREDENTIAL, challenge, WISHES, phoneOf("es256", 2).signer);
    const attempts = [forged, forged, answer(challenge)].map((text) => () => gate.scans.respond(MACHINE, text, "page"));
    expect(await codes(attempts)).toEqual(["pass.badHolderSignature", "pass.badHolderSignature", "allowed"]);
  });

  it("dies after 30 s, with the agent, and at another machine", async () => {
    const old = answer();
    gate.nowMs += 30_000;
    expect(await codes([() => gate.scans.respond(MACHINE, old, "page")])).toEqual(["pass.staleChallenge"]);
    const fresh = answer();
    expect(await codes([() => gate.scans.respond(OTHER_MACHINE, fresh, "page")])).toEqual(["pass.otherMachine"]);
    const { bootId } = gate.challenge();
    await gate.restart();
    expect(await codes([() => gate.scans.respond(MACHINE, fresh, "page")])).toEqual(["pass.staleChallenge"]);
    expect(gate.challenge().bootId).toBeGreaterThan(bootId);
  });

  it("to a machine of somebody else's is refused, and there is no challenge of it", async () => {
    expect(await codes([() => gate.scans.respond("370983ZARCG000000099", answer(), "page")])).toEqual(["licence.wrongMachine"]);
    expect(gate.scans.challenge("370983ZARCG000000099")).toBeNull();
  });

  it("of noise is answered each time, but journalled a bounded number of times; a true one goes through all the same", async () => {
    for (let count = 0; count < 200; count++)
      expect(await gate.scans.respond(MACHINE, "noise", "scanner")).toMatchObject({ code: "pass.notAPass" });
    expect(gate.legal().filter(({ name }) => name === "scanDenied")).toHaveLength(30);
    expect(await codes([() => gate.scans.respond(MACHINE, answer(), "scanner")])).toEqual(["allowed"]);
  });
});

describe("a grant", () => {
  it("waits for the start button, and is good once, over a restart too", async () => {
    const text = grantText();
    expect(await codes([() => gate.grant(MACHINE, text)])).toEqual(["allowed"]);
    expect(gate.stateOf()).toBe("awaitingStart");
    gate.pressStart();
    await gate.tick(3);
    expect(gate.stateOf()).toBe("energised");
    expect(await codes([() => gate.grant(MACHINE, text)])).toEqual(["pass.replayed"]);
    await gate.restart();
    const lower = grantText({ counter: 1, id: "ffffffffffffffff" });
    const attempts = [text, lower, grantText({ counter: 2 })].map((again) => () => gate.grant(MACHINE, again));
    expect(await codes(attempts)).toEqual(["pass.replayed", "pass.replayed", "allowed"]);
  });

  it("without the button raises the warning of a remote scan", async () => {
    await gate.grant(MACHINE, grantText());
    await gate.tick(31);
    const named = gate.legal().filter(({ name }) => name === "remoteScan");
    expect([gate.stateOf(), named.map(({ payload }) => payload)]).toEqual([
      "locked",
      [{ handle: HANDLE, reason: "startButtonNotPressed" }],
    ]);
  });

  it.each([
    ["of another machine", { device: OTHER_MACHINE }, "pass.otherMachine"],
    ["that has ended", { expiryS: START_UTC_MS / 1000 }, "pass.grantExpired"],
    ["for another work", { categories: 4 }, "licence.wrongCategory"],
    ["for a handle that is not in the list", { handle: OTHER_HANDLE }, "licence.unknownCertificate"],
  ] as const)("%s is refused", async (_name, wanted, code) => {
    expect(await codes([() => gate.grant(MACHINE, grantText(wanted))])).toEqual([code]);
    expect(gate.stateOf()).toBe("locked");
  });

  it("for a guardian needs no category", async () => {
    const text = grantText({ categories: 0, wishes: { ...WISHES, purpose: "guard" } });
    expect(await codes([() => gate.grant(MACHINE, text)])).not.toContain("licence.wrongCategory");
  });

  it("of the future is refused by a clock that knows better, and taken by one that does not", async () => {
    const future = { notBeforeS: START_UTC_MS / 1000 + 600, expiryS: START_UTC_MS / 1000 + 660 };
    const unsynced = gate.time;
    gate.time = syncClock(unsynced, START_UTC_MS + gate.nowMs, 100, gate.nowMs);
    expect(await codes([() => gate.grant(MACHINE, grantText(future))])).toEqual(["pass.grantNotYetValid"]);
    gate.time = unsynced;
    expect(await codes([() => gate.grant(MACHINE, grantText(future))])).toEqual(["allowed"]);
  });

  it("is no response, and a response no grant", async () => {
    expect(await codes([() => gate.scans.respond(MACHINE, grantText(), "page"), () => gate.grant(MACHINE, answer())])).toEqual([
      "pass.notAPass",
      "pass.notAPass",
    ]);
  });
});

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CodedError } from "#protocol/errors/codedError.ts";
import { eventName } from "#protocol/events/dictionary.ts";
import { HANDLE, SETUP } from "#test/machine/fixtures.ts";
import { DriverRig, NOTE, SCAN } from "#test/runtime/driverRig.ts";

let rig: DriverRig;

beforeEach(() => {
  rig = new DriverRig();
});
afterEach(() => rig.destroy());

describe("the driver of a machine", () => {
  it("starts, scans and closes; every event is in the journal before the order goes out", async () => {
    const driver = rig.driverOn();
    await rig.tick(driver, 2);
    const before = rig.link.orders.length;
    const scanning = driver.scan(SCAN);
    const sent = rig.link.orders.slice(before);
    expect(rig.names().slice(-2)).toEqual(["scanAllowed", "sessionStarted"]);
    expect(sent).toMatchObject([{ order: { mode: "closed", session: SCAN.sessionId }, priority: "urgent" }]);
    expect(await scanning).toMatchObject({ session: SCAN.sessionId, decision: { allow: true } });
    await rig.tick(driver, 2);
    expect(rig.names()).toEqual(["agentStarted", "chipAdopted", "scanAllowed", "sessionStarted", "contactorClosed"]);
    expect(driver.state.interlock).toMatchObject({ at: "energised", session: { handle: HANDLE } });
  });

  it("confirms with an order what its own step made durable, and never more", async () => {
    const driver = rig.driverOn();
    await rig.tick(driver, 2);
    void driver.scan(SCAN);
    await rig.tick(driver);
    rig.link.far.welding = true;
    let durableBelow = 0;
    for (let second = 0; second < 40; second++) {
      await rig.tick(driver);
      const kept = rig.journal.checkpoint(SETUP.device) as { machine: { nextSeq: number } };
      durableBelow = kept.machine.nextSeq;
      expect(rig.link.orders.at(-1)?.order.confirmedBelow ?? 0).toBeLessThanOrEqual(durableBelow);
    }
    expect(rig.link.far.confirmedBelow).toBeGreaterThan(0);
  });

  it("takes its inputs in the order in which they came, those that a step causes after it", async () => {
    const driver = rig.driverOn();
    await rig.tick(driver, 2);
    const answers = ["a", "b", "c"].map((id, index) => driver.scan({ ...SCAN, id, sessionId: 50 + index }));
    driver.dispatch({ type: "lock" });
    expect((await Promise.all(answers)).map(({ session }) => session)).toEqual([50, 50, 50]);
    expect(rig.names().filter((name) => name?.startsWith("s"))).toEqual([
      "scanAllowed",
      "sessionStarted",
      "scanAllowed",
      "scanAllowed",
      "sessionEnded",
    ]);
    await rig.tick(driver, 2);
    expect(driver.state.interlock.at).toBe("locked");
  });

  it("goes on from its checkpoint in another process: the session, the windows, nothing twice", async () => {
    const first = rig.driverOn();
    await rig.tick(first, 2);
    await first.scan(SCAN);
    await rig.tick(first);
    rig.link.far.welding = true;
    await rig.tick(first, 15);
    rig.reopen();
    const second = rig.driverOn();
    await rig.tick(second, 15);
    rig.link.far.welding = false;
    for (let passed = 0; passed < 20; passed++) rig.link.far.pass();
    await rig.tick(second, 5);
    expect(rig.names().filter((name) => name === "agentStarted" || name === "sessionStarted" || name === "arc")).toEqual([
      "agentStarted",
      "sessionStarted",
      "agentStarted",
      "arc",
    ]);
    const arc = rig.journal.read({ device: SETUP.device, lane: "legal" }, 0, 1_000).rows.find(({ kind }) => eventName(kind) === "arc");
    expect(JSON.parse(arc?.payloadText ?? "{}")).toMatchObject({ arcMs: rig.link.far.arcMs });
  });

  it("takes what a step causes after that step, and no more than a machine can have", async () => {
    const caused = { count: 0 };
    const driver = rig.driverOn(rig.journal, [], () => {
      for (; caused.count > 0; caused.count--) driver.note(NOTE);
    });
    await rig.tick(driver, 2);
    caused.count = 3;
    driver.note({ ...NOTE, name: "fileRefused", payload: { file: "base", code: "list.rollback", detail: "first" } });
    expect(rig.names().filter((name) => name === "fileRefused")).toHaveLength(4);
    caused.count = 1_000;
    expect(() => driver.note(NOTE)).toThrow(CodedError);
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PayloadOf } from "#protocol/events/payloads.ts";
import type { CommandInput } from "#simulator/chip/control/commands.ts";
import { Bench } from "#test/agent/bench.ts";

/** Each fault has a machine of its own on the one bus. */
const FAULTS: { name: string; index: number; cause: CommandInput; end: CommandInput; opensBy: string; event: string; ending: string }[] = [
  fault(0, "eStop", "eStop", "eStop"),
  fault(1, "enclosure", "enclosure", "enclosureOpened"),
  { ...fault(2, "unplugSensor", "fault", "sensorMissing"), ending: "missing" },
];
const WELDED = 3;
const BYPASSED = 4;
let bench: Bench;

function fault(index: number, what: "eStop" | "enclosure" | "unplugSensor", opensBy: string, event: string) {
  const at = index + 1;
  return {
    name: what,
    index,
    cause: { do: what, at, on: true },
    end: { do: what, at, on: false },
    opensBy,
    event,
    ending: "opened",
  } as const;
}

describe.concurrent("what beats every licence", () => {
  beforeAll(async () => {
    bench = await Bench.start(["ZX7-400", "ZX7-400", "ZX7-400", "ZX7-400", "ZX7-400"]);
  });
  afterAll(() => bench?.close());

  describe.sequential.each(FAULTS)("$name during an arc", ({ index, cause, end, opensBy, event, ending }) => {
    const place = { bus: 0, at: index + 1 };

    it.sequential("opens at once, ends the session, and is at the platform", async () => {
      await bench.energise(index);
      await bench.tell({ do: "weld", at: place.at, rods: 1, rodS: 600 });
      await bench.truthWhen("an arc", ({ currentArcMs }) => currentArcMs > 1_000, place);
      await bench.tell(cause);
      const truth = await bench.truthWhen("the contactor opens", ({ mirrorClosed }) => !mirrorClosed, place);
      expect(truth.opens.at(-1)?.by).toBe(opensBy);
      await bench.stateIs("faulted", index);
      await bench.event(event, index);
      await bench.event("sessionEnded", index, ({ payload }) => payload.arcs === 1);
      expect((await bench.named("arc", index)).map(({ payload }) => payload.ending)).toEqual([ending]);
    });

    it.sequential("lets nobody in while it lasts, and its end energises nothing", async () => {
      expect(await bench.scan("certified", index)).toMatchObject({ allowed: false, code: "licence.machineFaulted" });
      await bench.tell(end);
      await bench.stateIs("locked", index);
      const { leaseAccepted } = await bench.truth(place);
      const later = await bench.truthWhen("more exchanges", (truth) => truth.leaseAccepted >= leaseAccepted + 2, place);
      expect([later.mirrorClosed, later.opens.length]).toEqual([false, 1]);
    });

    it.sequential("needs a new scan, which starts a new session", async () => {
      await bench.energise(index);
      expect(await bench.named("sessionStarted", index)).toHaveLength(2);
    });
  });

  it.sequential("tells the platform that the e-stop was released", async () => {
    const [pressed, released] = await Promise.all([
      bench.event("eStop", 0, ({ payload }) => payload.pressed === true),
      bench.event("eStop", 0, ({ payload }) => payload.pressed === false),
    ]);
    expect(released.seq).toBeGreaterThan(pressed.seq);
  });

  it.sequential("says that a contact is welded, and licenses nobody until it is seen open", async () => {
    const place = { bus: 0, at: WELDED + 1 };
    await bench.energise(WELDED);
    await bench.tell({ do: "weldContact", at: place.at, on: true });
    await bench.tell({ do: "eStop", at: place.at, on: true });
    await bench.tell({ do: "eStop", at: place.at, on: false });
    await bench.event("weldedContact", WELDED);
    const machine = await bench.stateIs("faulted", WELDED);
    expect(machine.fault).toBe("weldedContact");
    expect(await bench.scan("certified", WELDED)).toMatchObject({ allowed: false, code: "licence.machineFaulted" });
    await bench.tell({ do: "weldContact", at: place.at, on: false });
    await bench.tell({ do: "clearFault", at: place.at });
    await bench.stateIs("locked", WELDED);
    expect((await bench.truth(place)).mirrorClosed).toBe(false);
  });

  it.sequential("finds the bypassed contactor while locked: a suspected modified welder, with the windows that show it", async () => {
    const place = { bus: 0, at: BYPASSED + 1 };
    await bench.tell({ do: "bypass", at: place.at, on: true });
    await bench.tell({ do: "weld", at: place.at, rods: 1, rodS: 600 });
    const { payload } = await bench.event("suspectedModifiedWelder", BYPASSED);
    expect(payload).toMatchObject({ reason: "currentWhileOpen", quantity: "amps", threshold: 12 });
    expect(Number(payload.measured)).toBeGreaterThan(12);
    const evidence = payload.evidence as PayloadOf<"sensorMissing">["evidence"];
    expect(evidence.flags.every((flag) => flag === 0)).toBe(true);
    expect(evidence.amps.filter((amps) => amps > 12).length).toBeGreaterThan(3);
    const latched = await bench.event("currentWhileOpen", BYPASSED);
    expect(latched.payload.evidence).toMatchObject({ windowMs: evidence.windowMs });
    expect((await bench.stateIs("faulted", BYPASSED)).fault).toBe("currentWhileOpen");
    const truth = await bench.truth(place);
    expect([truth.contactorClosed, truth.mirrorClosed, truth.arcing]).toEqual([false, false, true]);
    expect(await bench.named("sessionStarted", BYPASSED)).toEqual([]);
  });

  it.sequential("has delivered everything once, in order", async () => {
    await bench.drained();
    for (const index of bench.stage.devices.keys()) expect(await bench.objections(index)).toEqual([]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "#simulator/stage/processes.ts";
import { Bench, PATIENCE_MS } from "#test/agent/bench.ts";

const LEASE_LIMIT_MS = 8_200;
let bench: Bench;

/** Rods burned since the test's own beginning are all recorded, once, and with the right time. */
async function arcsAgree(): Promise<void> {
  const truth = await bench.truthWhen("the welder is done", ({ welding, arcing }) => !welding && !arcing);
  await bench.arcsAre(truth);
}

async function arcBurns(rodS: number): Promise<void> {
  await bench.tell({ do: "weld", rods: 1, rodS });
  await bench.truthWhen("an arc", ({ arcing }) => arcing);
}

/** The watchdog's opening, measured by the chip's own clock from the last renewal that it took. */
async function openedByLease(openedBefore: number): Promise<void> {
  const truth = await bench.truthWhen("the lease lapses", ({ opens }) => opens.length > openedBefore);
  const opening = truth.opens.at(-1);
  expect(opening?.by).toBe("leaseLapsed");
  const afterMs = (opening?.atMs ?? Number.NaN) - (truth.lastLeaseAtMs ?? Number.NaN);
  expect(afterMs).toBeGreaterThan(0);
  expect(afterMs).toBeLessThanOrEqual(LEASE_LIMIT_MS);
}

describe.concurrent("the agent's own outages", () => {
  beforeAll(async () => {
    bench = await Bench.start(["ZX7-400"]);
    await bench.energise();
  });
  afterAll(() => bench?.close());

  it.sequential("keeps the arc when it is killed and started again within the lease", async () => {
    await arcBurns(6);
    const before = await bench.truth();
    await bench.stage.agent?.stop("SIGKILL");
    await bench.stage.startAgent();
    await bench.stateIs("energised");
    const after = await bench.truth();
    expect(after.opens).toEqual(before.opens);
    expect([after.arcs, after.arcing]).toEqual([before.arcs, true]);
    await arcsAgree();
    const started = await bench.event("agentStarted", 0, ({ payload }) => payload.resumedSession === true);
    expect(started.payload.resumedSession).toBe(true);
  });

  it.sequential("is opened by the lease when the agent stays away, and goes on with the same session without a scan", async () => {
    const { session } = await bench.stateIs("energised");
    await arcBurns(60);
    const { opens } = await bench.truth();
    await bench.stage.agent?.stop("SIGKILL");
    await openedByLease(opens.length);
    await bench.tell({ do: "walkAway" });
    await bench.stage.startAgent();
    const resumed = await bench.stateIs("energised");
    expect(resumed.session).toBe(session);
    await bench.truthWhen("closed again", ({ mirrorClosed }) => mirrorClosed);
    await bench.event("leaseLost", 0, (event) => event.session === session);
    await arcsAgree();
    expect(await bench.named("scanAllowed")).toHaveLength(1);
  });

  it.sequential("is opened by the lease when the agent hangs, and goes on when it wakes", async () => {
    const { session } = await bench.stateIs("energised");
    const { opens } = await bench.truth();
    const lost = (await bench.named("leaseLost")).length;
    const pid = bench.stage.agent?.pid ?? 0;
    process.kill(pid, "SIGSTOP");
    try {
      await openedByLease(opens.length);
    } finally {
      process.kill(pid, "SIGCONT");
    }
    await until("told to the platform", async () => (await bench.named("leaseLost")).length > lost, PATIENCE_MS);
    const resumed = await bench.stateIs("energised");
    expect(resumed.session).toBe(session);
    await arcBurns(1);
    await arcsAgree();
  });

  it.sequential("has delivered everything once, in order", async () => {
    await bench.drained();
    expect(await bench.objections()).toEqual([]);
    expect((await bench.named("sessionStarted")).length).toBe(1);
  });

  it.sequential("ends the session when the contactor was open for over a minute of the chip's clock, and asks for a scan", async () => {
    const { session } = await bench.stateIs("energised");
    const { opens } = await bench.truth();
    await bench.stage.agent?.stop("SIGKILL");
    await openedByLease(opens.length);
    const { plantMs } = await bench.truth();
    await bench.tell({ do: "speed", x: 60 });
    await bench.truthWhen("a minute has passed at the machine", (truth) => truth.plantMs > plantMs + 61_000);
    await bench.tell({ do: "speed", x: 1 });
    await bench.stage.startAgent();
    await bench.stateIs("locked");
    const ended = await bench.event("sessionEnded", 0, (event) => event.session === session);
    expect(ended.payload.cause).toBe("leaseLost");
    const truth = await bench.truth();
    expect([truth.mirrorClosed, truth.opens.length]).toEqual([false, opens.length + 1]);
    await bench.energise();
  });
});

/** What the platform rules for a machine, while it works: permits, special periods, classes; and a policy that cannot be trusted. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canonicalJson } from "#protocol/events/canonical.ts";
import { PolicyFile } from "#protocol/policy/policyFile.ts";
import { agentReport, tellPlatform } from "#scripts/story/watch.ts";
import type { PolicyChange } from "#simulator/platform/policyIssuer.ts";
import { until } from "#simulator/stage/processes.ts";
import { Bench, PATIENCE_MS } from "#test/agent/bench.ts";

const HOUR_MS = 3_600_000;
let bench: Bench;

/** A permit is required; the only one there is begins an hour ago, or there is none. */
function permitUntil(untilMs: number | null, guardians: string[] = []): PolicyChange {
  const permit = { id: "DH-2026-0001", level: "second" as const, place: null, guardians, welders: [] };
  const list = untilMs === null ? [] : [{ ...permit, fromMs: Date.now() - HOUR_MS, untilMs }];
  return { permits: { required: true, guardiansScan: false, list } };
}

const NO_PERMITS: PolicyChange = { permits: { required: false, guardiansScan: false, list: [] } };

/** The page names what ends the session first, and when. */
function endsBy(cause: string, holds: (inS: number) => boolean): Promise<unknown> {
  const said = async () => {
    const ending = (await bench.machine())?.ending;
    return ending?.cause === cause && holds(ending.inS);
  };
  return until(`the page says that ${cause} ends the session`, said, PATIENCE_MS);
}

describe.concurrent("a policy of the platform", () => {
  beforeAll(async () => {
    bench = await Bench.start(["ZX7-400"]);
  });
  afterAll(() => bench?.close());

  it.sequential("refuses the welder without a permit, in Chinese, and starts the machine under one", async () => {
    await bench.rule(permitUntil(null));
    const refused = await bench.scan("certified");
    expect(refused).toMatchObject({ allowed: false, code: "licence.noPermit", zh: expect.stringMatching(/作业票/) });
    expect((await bench.truth()).opens).toEqual([]);
    expect((await bench.truth()).mirrorClosed).toBe(false);
    const version = await bench.rule(permitUntil(Date.now() + HOUR_MS / 6));
    await bench.energise();
    const allowed = await bench.event("scanAllowed");
    expect(allowed.payload).toMatchObject({ permit: "DH-2026-0001", endsBy: "permitEnded", policyVersion: version });
    const warned = await bench.event("sessionEndingSoon", 0, ({ payload }) => payload.handle === allowed.payload.handle);
    expect(warned.payload).toMatchObject({ cause: "permitEnded" });
    const page = await (await fetch(bench.stage.page)).text();
    expect(page).toContain("动火作业票到期");
  });

  it.sequential("adjusts the running session when the permit is extended", async () => {
    const firstEndMs = Date.now() + 15_000;
    await bench.rule(permitUntil(firstEndMs));
    await endsBy("permitEnded", (inS) => inS <= 15);
    await bench.rule(permitUntil(Date.now() + 4 * HOUR_MS));
    await endsBy("permitEnded", (inS) => inS > 3 * 3_600);
    const isOver = async () => ((await agentReport(bench.stage))?.time.earliestMs ?? 0) > firstEndMs + 1_000;
    await until("the first permit's end is over", isOver, PATIENCE_MS);
    await bench.stateIs("energised");
    expect((await bench.truth()).opens).toEqual([]);
  });

  it.sequential("lets the arc burn out when the permit ends, and refuses the next scan", async () => {
    await bench.tell({ do: "weld", rods: 1, rodS: 15 });
    await until("the agent knows of the arc", async () => (await bench.machine())?.arcing, PATIENCE_MS);
    await bench.rule(permitUntil(Date.now() + 4_000));
    await bench.stateIs("ending");
    expect((await bench.truth()).mirrorClosed).toBe(true);
    await bench.stateIs("locked");
    const truth = await bench.truthWhen("the contactor opens", ({ mirrorClosed }) => !mirrorClosed);
    expect(truth.opens.map(({ arcing }) => arcing)).toEqual([false]);
    expect((await bench.event("sessionEnded")).payload).toMatchObject({ cause: "permitEnded", arcs: 1 });
    expect(await bench.scan("certified")).toMatchObject({ allowed: false, code: "licence.permitOver" });
  });

  it.sequential("asks for a guardian in a special period; who welds is none, who is certified starts the machine", async () => {
    const period = { fromMs: Date.now() - HOUR_MS, untilMs: Date.now() + HOUR_MS, reason: "重大活动" };
    await tellPlatform(bench.stage, { do: "certify", as: "unknown" });
    await until("the guardian is in the list", async () => (await agentReport(bench.stage))?.list?.overlayVersion === 1, PATIENCE_MS);
    await bench.rule({ ...NO_PERMITS, specialPeriods: [period] });
    const asked = await bench.scan("certified");
    expect(asked).toMatchObject({ allowed: false, code: "licence.guardianNeeded", zh: expect.stringMatching(/监护人/) });
    await until("the page asks for a guardian", async () => (await bench.machine())?.awaitingGuardian?.handles.length === 0, PATIENCE_MS);
    expect(await bench.guard("certified")).toMatchObject({ allowed: false, code: "licence.guardianIsWelder" });
    expect((await bench.guard("expired")).allowed).toBe(false);
    expect((await bench.truth()).mirrorClosed).toBe(false);
    expect(await bench.guard("unknown")).toMatchObject({ allowed: true });
    await bench.truthWhen("the contactor closes", ({ mirrorClosed }) => mirrorClosed);
    const { handle } = await bench.stateIs("energised");
    const warned = await bench.event("specialPeriodHotWork");
    expect(warned.payload).toEqual({ handle, period: "重大活动" });
    const started = await bench.event("scanAllowed", 0, ({ payload }) => payload.guardian !== null);
    expect(started.payload).toMatchObject({ handle, rule: "listed", listVersion: 1, overlayVersion: 1 });
    expect(started.payload.guardian).not.toBe(handle);
    await bench.lock();
  });

  it.sequential("allows everybody on a monitored machine, and puts on record whom it would have refused", async () => {
    await bench.rule({ machineClass: "monitored", specialPeriods: [] });
    expect(await bench.scan("expired")).toMatchObject({ allowed: true });
    await bench.truthWhen("the contactor closes", ({ mirrorClosed }) => mirrorClosed);
    await bench.stateIs("energised");
    const allowed = await bench.event("scanAllowed", 0, ({ payload }) => payload.rule === "monitored");
    expect(allowed.payload).toMatchObject({ wouldRefuse: "licence.expired" });
    expect((await bench.event("wouldBeRefused")).payload).toMatchObject({ code: "licence.expired" });
  });

  it.sequential("ends the session of a machine that is retired, and starts it for nobody", async () => {
    const { session } = await bench.stateIs("energised");
    await bench.rule({ machineClass: "retired" });
    await bench.stateIs("locked");
    const ended = await bench.event("sessionEnded", 0, (event) => event.session === session);
    expect(ended.payload).toMatchObject({ cause: "machineRetired" });
    for (const name of ["certified", "expired"] as const) {
      expect(await bench.scan(name)).toMatchObject({ allowed: false, code: "licence.machineRetired" });
    }
    expect((await bench.truth()).mirrorClosed).toBe(false);
  });

  it.sequential("is still in force after a restart without the platform", async () => {
    const version = await bench.rule({ machineClass: "enforced", ...permitUntil(null) });
    await tellPlatform(bench.stage, { do: "stopBroker" });
    await bench.stage.agent?.stop("SIGKILL");
    await bench.stage.startAgent();
    expect((await bench.stateIs("locked")).policyVersion).toBe(version);
    expect(await bench.scan("certified")).toMatchObject({ allowed: false, code: "licence.noPermit" });
    await tellPlatform(bench.stage, { do: "startBroker" });
  });

  it.sequential("that somebody changed in the platform's folder is not handed out, and leaves the last good one in force", async () => {
    const inForce = (await bench.machine())?.policyVersion ?? 0;
    // Milder, newer, and under the signature of another text.
    const path = join(bench.stage.platformData, "policies", `${bench.device()}.json`);
    const good = readFileSync(path, "utf8");
    const file = PolicyFile.parse(JSON.parse(good));
    writeFileSync(path, canonicalJson({ ...file, policy: { ...file.policy, version: inForce + 1, machineClass: "exempt" } }));
    await tellPlatform(bench.stage, { do: "stopBroker" });
    const denied = await bench.scan("certified");
    expect(denied).toMatchObject({ allowed: false, code: "licence.noPermit" });
    await tellPlatform(bench.stage, { do: "startBroker" });
    // What the agent asks for when it is back goes before what it delivers.
    await bench.drained();
    expect((await bench.machine())?.policyVersion).toBe(inForce);
    expect(await bench.scan("certified")).toMatchObject({ allowed: false, code: "licence.noPermit" });
    writeFileSync(path, good);
    await bench.rule({ ...NO_PERMITS, machineClass: "enforced" });
    await bench.energise();
    await bench.lock();
  });

  it.sequential("has delivered everything once, in order", async () => {
    await bench.drained();
    expect(await bench.objections()).toEqual([]);
  });
});

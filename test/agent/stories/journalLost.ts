/** The journal is taken from under the running agent: it may not go on, and a new process may. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openJournal } from "#agent/shell/store/journal.ts";
import { DICTIONARY } from "#protocol/events/dictionary.ts";
import { Bench } from "#test/agent/bench.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.start(["ZX7-400"]);
});
afterAll(() => bench?.close());

/** Another program numbers an event of the machine: the agent's next commit meets its row. */
function writeBesideTheAgent(): void {
  const intruder = openJournal({ path: join(bench.stage.folder, "agent", "journal.sqlite"), initialEpoch: 1 });
  const time = { monoMs: 0, earliestMs: 0, latestMs: null };
  const { kind, lane } = DICTIONARY.agentStopped;
  const payload = { reason: "intruder" };
  intruder.commit({ events: [{ device: bench.device(), lane, kind, session: null, time, payload }], checkpoints: [] });
  intruder.close();
}

describe("a journal that fails under the running agent", () => {
  it("refuses the scan, ends the agent with 1, and lets the next one start", async () => {
    const agent = bench.stage.agent;
    writeBesideTheAgent();
    const answer = await bench.scan("certified").catch((error: unknown) => error);
    expect(answer).not.toMatchObject({ allowed: true });
    expect(await agent?.exited).toBe(1);
    expect((await bench.truth()).contactorClosed).toBe(false);
    bench.stage.agent = null;
    await bench.stage.startAgent();
    await bench.ready();
    await bench.energise();
    expect((await bench.truth()).mirrorClosed).toBe(true);
  });
});

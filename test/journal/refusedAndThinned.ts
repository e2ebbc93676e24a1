/** What every implementation of the port `Journal` must do with rows that are refused, or make room: the second half of the contract. */
import { expect, it } from "vitest";
import type { Journal } from "#agent/ports.ts";
import { sha256Hex } from "#protocol/crypto.ts";
import { DICTIONARY } from "#protocol/events/dictionary.ts";
import { allRows, arcEvent, chainBreak, events, LEGAL, OTHER_MACHINE, stuckEvent, TELEMETRY } from "#test/journal/fixtures.ts";

/** The journal of the test that runs, opened anew after `reopen`. */
interface OpenJournal {
  journal(): Journal;
  reopen(): void;
}

const thinned = { ...stuckEvent(20), kind: DICTIONARY.windowsThinned.kind, payload: { fromSeq: 2, toSeq: 3, rows: 2 } };

export function describeRefusedAndThinned({ journal, reopen }: OpenJournal): void {
  const commit = (made: Parameters<Journal["commit"]>[0]["events"]) => journal().commit({ events: made, checkpoints: [] });

  it("thins rows: their payloads go, their digests and the chain stay, and the record of it is the lane's last", () => {
    commit(events(6, 0, stuckEvent));
    const before = allRows(journal(), TELEMETRY).map(({ digest, hash }) => [digest, hash]);
    journal().thin(TELEMETRY, [2, 3], thinned);
    for (const again of [() => undefined, reopen]) {
      again();
      const rows = allRows(journal(), TELEMETRY);
      expect(rows.map(({ seq, payloadText }) => [seq, payloadText === null])).toEqual(
        [1, 2, 3, 4, 5, 6, 7].map((seq) => [seq, seq === 2 || seq === 3]),
      );
      expect(rows.slice(0, 6).map(({ digest, hash }) => [digest, hash])).toEqual(before);
      expect(rows.at(-1)?.kind).toBe(thinned.kind);
      expect(chainBreak(TELEMETRY, 41, rows)).toBeNull();
      expect(journal().stream(TELEMETRY)).toMatchObject({ lastSeq: 7, head: rows.at(-1)?.hash });
    }
  });

  it("thins a row again, or one that is not there, without harm; and nothing of the legal lane", () => {
    commit([...events(3, 0, stuckEvent), ...events(3)]);
    journal().thin(TELEMETRY, [2], thinned);
    const [once] = journal().read(TELEMETRY, 1, 1).rows;
    const { payloadText, digest } = once ?? {};
    journal().thin(TELEMETRY, [2, 99], thinned);
    expect(journal().read(TELEMETRY, 1, 1).rows).toEqual([expect.objectContaining({ seq: 2, payloadText, digest })]);
    const legal = journal().stream(LEGAL);
    expect(() => journal().thin(LEGAL, [1], thinned)).toThrow("journal.badEvent");
    expect(allRows(journal(), LEGAL).map((row) => row.payloadText === null)).toEqual([false, false, false]);
    expect([journal().stream(LEGAL), journal().stream(TELEMETRY).lastSeq]).toEqual([legal, 5]);
  });

  it("thins nothing when the record of it is refused", () => {
    commit(events(3, 0, stuckEvent));
    expect(() => journal().thin(TELEMETRY, [1], { ...thinned, kind: 9999 })).toThrow("journal.badEvent");
    expect(allRows(journal(), TELEMETRY).map((row) => row.payloadText === null)).toEqual([false, false, false]);
    expect(journal().stream(TELEMETRY).lastSeq).toBe(3);
  });

  it("keeps what the platform refused, each once as it was first told, in order, over a restart and after its row has gone", () => {
    commit([...events(9), arcEvent(1, OTHER_MACHINE)]);
    const digests = allRows(journal(), LEGAL).map(({ digest }) => digest);
    const letter = (seq: number, code: string) => ({ seq, code, digest: digests[seq - 1] });
    journal().acknowledge(LEGAL, 6, [
      { seq: 5, code: "event.badPayload" },
      { seq: 2, code: "event.badPayload" },
    ]);
    journal().acknowledge(LEGAL, 8, [
      { seq: 5, code: "event.unknownKind" },
      { seq: 7, code: "event.unknownKind" },
      { seq: 99, code: "event.unknownKind" },
    ]);
    const kept = [letter(2, "event.badPayload"), letter(5, "event.badPayload"), letter(7, "event.unknownKind")];
    expect(journal().deadLetters(LEGAL, 0, 10)).toEqual(kept);
    expect([journal().deadLetters(LEGAL, 2, 1), journal().deadLetters(LEGAL, 7, 10)]).toEqual([[kept[1]], []]);
    expect([journal().deadLetters(TELEMETRY, 0, 10), journal().deadLetters({ ...LEGAL, device: OTHER_MACHINE }, 0, 10)]).toEqual([[], []]);
    journal().forget(LEGAL, 9, Number.MAX_SAFE_INTEGER);
    reopen();
    expect(journal().deadLetters(LEGAL, 0, 10)).toEqual(kept);
  });

  it("says how much of its room is used: more with each commit, less when rows are thinned or forgotten", () => {
    // As long as a minute's windows, and as little to be packed.
    const text = (index: number) => Array.from({ length: 40 }, (_, part) => sha256Hex(`${index} ${part}`)).join("");
    const long = (index: number) => ({ ...stuckEvent(index), payload: { startMs: index, text: text(index) } });
    const parts = [journal().usedPart()];
    const note = () => void parts.push(journal().usedPart());
    for (let from = 0; from < 400; from += 200) {
      commit(events(200, from, long));
      note();
    }
    expect(parts.toSorted((one, other) => one - other)).toEqual(parts);
    expect(parts.at(-1)).toBeGreaterThan(parts[0] ?? 1);
    expect(parts.at(-1)).toBeLessThan(1);
    const full = journal().usedPart();
    const seqs = Array.from({ length: 400 }, (_, index) => index + 1);
    journal().thin(TELEMETRY, seqs, thinned);
    const thin = journal().usedPart();
    journal().acknowledge(TELEMETRY, 401, []);
    journal().forget(TELEMETRY, 402, Number.MAX_SAFE_INTEGER);
    expect([thin < full, journal().usedPart() < thin, journal().sizeState()]).toEqual([true, true, "ok"]);
  });
}

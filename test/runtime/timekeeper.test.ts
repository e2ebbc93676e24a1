import { expect, it } from "vitest";
import { Timekeeper } from "#agent/runtime/timekeeper.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

it("a time floor that a full disk does not take is said, stops nothing, and is kept when there is room", () => {
  const values = new Map<string, string>();
  let isFull = true;
  const journal = {
    getValue: (name: string) => values.get(name),
    setValue: (name: string, value: string) => {
      if (isFull) throw new CodedError("journal.full");
      values.set(name, value);
    },
  };
  const said: object[] = [];
  const time = new Timekeeper(5_000, { monoMs: () => 700 }, journal);
  const log = { warn: (fields: object) => void said.push(fields) };
  time.persist(log);
  expect([said, values.size]).toEqual([[{ code: "journal.full", detail: "" }], 0]);
  isFull = false;
  time.persist(log);
  expect(new Timekeeper(0, { monoMs: () => 0 }, journal).now().earliestMs).toBe(5_000);
});

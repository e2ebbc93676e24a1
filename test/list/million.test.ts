import { statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openListFile } from "#agent/shell/store/listFile.ts";
import { openList } from "#protocol/list/certificateList.ts";
import type { ListEntry } from "#protocol/list/entry.ts";
import { seededEntry } from "#simulator/platform/listIssuer.ts";
import { ISSUED_MS, issueSmallList, seededRandom, temporaryFolder, testTrust } from "#test/list/fixtures.ts";

const MILLION = 1_000_000;
const LOOK_UPS = 20_000;

test("a list of a million agrees with its generator, and opening it reads little of it", () => {
  const seed = 0x3117;
  const person: ListEntry = {
    handle: "7f".repeat(16),
    categories: 1,
    notBeforeDay: 20_000,
    expiryDay: 22_000,
    reviewDay: 21_000,
    suspended: true,
  };
  const path = join(temporaryFolder(), "million.list");
  const issued = issueSmallList(path, { size: MILLION, seed, people: [person] });
  expect(statSync(path).size).toBe(issued.size);

  const file = openListFile(path);
  let bytesRead = 0;
  const list = openList(
    {
      size: file.size,
      read: (offset, into) => {
        bytesRead += into.length;
        return file.read(offset, into);
      },
    },
    testTrust(),
  );
  expect(list.entries).toBe(MILLION);
  expect(bytesRead).toBeLessThan(300_000);

  const random = seededRandom(seed);
  const lookUp = (handle: string) => {
    const before = bytesRead;
    const entry = list.lookUp(handle);
    expect(bytesRead - before).toBeLessThanOrEqual(4096);
    return entry;
  };
  for (let round = 0; round < LOOK_UPS; round += 1) {
    const index = Math.floor(random() * (MILLION - 1));
    const entry = seededEntry(seed, MILLION - 1, index, ISSUED_MS);
    expect(lookUp(entry.handle), `seed ${seed}, entry ${index}`).toEqual(entry);
    expect(lookUp(neighbour(entry.handle)), `seed ${seed}, beside entry ${index}`).toBeUndefined();
  }
  expect(list.lookUp(person.handle)).toEqual(person);
  file.close();
});

function neighbour(handle: string): string {
  const lastDigit = Number.parseInt(handle.slice(31), 16) ^ 1;
  return handle.slice(0, 31) + lastDigit.toString(16);
}

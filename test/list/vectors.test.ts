import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { directoryOf } from "#agent/core/certificateDirectory.ts";
import type { Algorithm } from "#protocol/crypto.ts";
import { openList } from "#protocol/list/certificateList.ts";
import { changesOf, type ListChange, type OverlayHeader, openOverlay } from "#protocol/list/overlay.ts";
import { trustFromFile } from "#protocol/trust/trustFile.ts";
import { seededEntry } from "#simulator/platform/listIssuer.ts";
import { readerOf, smallListBytes, testTrust } from "#test/list/fixtures.ts";

interface ListVector {
  file: string;
  algorithm: Algorithm;
  keyId: string;
  issuedMs: number;
  entryCount: number;
  version: number;
  size: number;
  sha256: string;
  rootHex: string;
}

interface OverlayVector extends OverlayHeader {
  file: string;
  base: string;
}

const FOLDER = join(import.meta.dirname, "../../protocol/vectors/list");
const { seed, trust, lists, present, absent, overlays, changes } = JSON.parse(readFileSync(join(FOLDER, "lists.json"), "utf8")) as {
  seed: number;
  trust: unknown;
  lists: ListVector[];
  present: { index: number; handle: string }[];
  absent: string[];
  overlays: OverlayVector[];
  changes: ListChange[];
};

describe.each(lists)("golden list $file", (vector) => {
  const bytes = readFileSync(join(FOLDER, vector.file));

  test("opens with the vectors' trust file and says what it is", () => {
    const { lookUp: _lookUp, verifyPage: _verifyPage, ...facts } = openList(readerOf(bytes), trustFromFile(trust));
    const { version, issuedMs, rootHex, keyId, entryCount } = vector;
    expect(facts).toEqual({ version, issuedMs, rootHex, keyId, entries: entryCount, pages: 3 });
    expect(bytes.length).toBe(vector.size);
  });

  test("knows the entries at the edges of its pages, and knows no others", () => {
    const list = openList(readerOf(bytes), trustFromFile(trust));
    for (const { index, ...entry } of present) {
      expect(list.lookUp(entry.handle)).toEqual(entry);
      expect(seededEntry(seed, vector.entryCount, index, vector.issuedMs)).toEqual(entry);
    }
    expect(absent.map((handle) => list.lookUp(handle))).toEqual(absent.map(() => undefined));
  });
});

test.each(overlays)("golden overlay $file changes its base, and says what it is", ({ file, base, ...header }) => {
  const bytes = readFileSync(join(FOLDER, file));
  const overlay = openOverlay(bytes, trustFromFile(trust));
  expect(overlay).toMatchObject(header);
  expect([...changesOf(bytes)]).toEqual(changes);
  const list = openList(readerOf(readFileSync(join(FOLDER, base))), trustFromFile(trust));
  const directory = directoryOf(list, overlay, { base: 7, overlay: 12 });
  for (const change of changes) expect(directory.lookUp(change.handle)).toEqual("removed" in change ? undefined : change);
  const changed = new Set(changes.map(({ handle }) => handle));
  for (const { index: _index, ...entry } of present) if (!changed.has(entry.handle)) expect(directory.lookUp(entry.handle)).toEqual(entry);
});

test("the writer makes the Ed25519 vector byte for byte", () => {
  const made = smallListBytes({ algorithm: "ed25519", version: 7, size: 400, seed });
  expect(made.equals(readFileSync(join(FOLDER, "three-pages.ed25519.list")))).toBe(true);
});

test("a list of nobody opens and knows nobody", () => {
  const list = openList(readerOf(smallListBytes({ size: 0 })), testTrust());
  expect([list.entries, list.pages, list.lookUp("0".repeat(32))]).toEqual([0, 0, undefined]);
});

test.each([1, 169, 170, 171, 340, 341])("a list of %d entries finds each of them", (size) => {
  const list = openList(readerOf(smallListBytes({ size, seed: size })), testTrust());
  for (let index = 0; index < size; index += 1) {
    const { lookUp } = list;
    const entry = seededEntry(size, size, index, list.issuedMs);
    expect(lookUp(entry.handle)).toEqual(entry);
  }
});

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { sha256Hex } from "#protocol/crypto.ts";
import { decodeBatch } from "#protocol/events/batch.ts";
import { canonicalJson } from "#protocol/events/canonical.ts";
import { verifyChain } from "#protocol/events/chain.ts";
import { type EventHeader, hashHeader } from "#protocol/events/event.ts";
import { inflate } from "#test/events/zlib.ts";

interface ChainVector {
  header: EventHeader;
  payload: object;
  payloadText: string;
  headerText: string;
  hash: string;
}
interface BatchVector {
  name: string;
  text?: string;
  hex?: string;
}
interface BatchVectors {
  accepted: (BatchVector & { verdicts: string[]; lastHash?: string })[];
  refused: (BatchVector & { code: string })[];
  broken: (BatchVector & { code: string })[];
}

const vectors = (name: string) => JSON.parse(readFileSync(`protocol/vectors/events/${name}.json`, "utf8"));
const chain: ChainVector[] = vectors("chain").events;
const { accepted, refused, broken }: BatchVectors = vectors("batches");
const bytesOf = ({ text, hex }: BatchVector) => (text === undefined ? Buffer.from(hex ?? "", "hex") : Buffer.from(text));
const namedCases = <T extends { name: string }>(cases: T[]) => cases.map((vector): [string, T] => [vector.name, vector]);

describe("golden chain", () => {
  it.each(chain.map((vector): [number, ChainVector] => [vector.header.seq, vector]))("event %i", (seq, vector) => {
    expect(canonicalJson(vector.payload)).toBe(vector.payloadText);
    expect(sha256Hex(vector.payloadText)).toBe(vector.header.digest);
    expect(sha256Hex(vector.headerText)).toBe(vector.hash);
    expect(hashHeader(vector.header)).toBe(vector.hash);
    if (seq > 1) expect(vector.header.prev).toBe(chain[seq - 2]?.hash);
  });

  it("is what openssl makes of the example in the specification", () => {
    const readme = readFileSync("protocol/README.md", "utf8");
    const examples = [...readme.matchAll(/^ {4}printf '%s' '(.+)' \| openssl dgst -sha256 -r\n {4}([0-9a-f]{64})$/gm)];
    expect(examples).toHaveLength(4);
    for (const [, text = "", digest] of examples) {
      const judged = execFileSync("openssl", ["dgst", "-sha256", "-r"], { input: text, encoding: "utf8" });
      expect(judged.slice(0, 64)).toBe(digest);
    }
    expect(examples.map(([, text]) => text)).toEqual(chain.slice(0, 2).flatMap((vector) => [vector.payloadText, vector.headerText]));
  });
});

describe("golden batches", () => {
  it.each(namedCases(accepted))("accepted: %s", (_, vector) => {
    const batch = decodeBatch(bytesOf(vector), inflate);
    expect(batch.events.map(({ verdict }) => (verdict.ok ? "ok" : verdict.code))).toEqual(vector.verdicts);
    const hashes = verifyChain(batch);
    expect(hashes).toHaveLength(batch.events.length);
    if (vector.lastHash) expect(hashes.at(-1)).toBe(vector.lastHash);
  });

  it.each(namedCases(refused))("refused: %s", (_, vector) => {
    expect(() => decodeBatch(bytesOf(vector), inflate)).toThrow(expect.objectContaining({ code: vector.code }));
  });

  it.each(namedCases(broken))("chain refused: %s", (_, vector) => {
    const batch = decodeBatch(bytesOf(vector), inflate);
    expect(() => verifyChain(batch)).toThrow(expect.objectContaining({ code: vector.code }));
  });
});

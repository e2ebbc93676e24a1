import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createTrustStore, sha256Hex } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";
import { canonicalJson } from "#protocol/events/canonical.ts";
import { encodeRelease, parseRelease, RELEASE_ENTRY, RELEASE_MAX_BYTES, type ReleaseAbout } from "#protocol/release/releaseFile.ts";
import { compareVersions, RELEASE_VERSION } from "#protocol/release/version.ts";
import { trustFromFile } from "#protocol/trust/trustFile.ts";
import { testTrust, trustedKey } from "#test/list/fixtures.ts";
import { ISSUED_MS, releaseOf, releaseSigner, SMALL } from "#test/release/fixtures.ts";

const TRUST = testTrust();
const ABOUT = { version: "1.2.3", issuedMs: ISSUED_MS, target: "module" as const, journalFormat: 2 };
const FILE = releaseOf("1.2.3");
const bytes = (text: string) => new TextEncoder().encode(text);

function codeOf(act: () => unknown): ErrorCode | "accepted" {
  try {
    act();
    return "accepted";
  } catch (error) {
    if (error instanceof CodedError) return error.code;
    throw error;
  }
}

const parsed = (file: Uint8Array, trust = TRUST) => codeOf(() => parseRelease(file, trust));

/** Signed, whatever it says, with whatever comes after it: a maker with a defect. */
function signedAnyway(change: object, content = Buffer.concat(SMALL.map((file) => file.bytes))): Uint8Array {
  const files = SMALL.map((file) => ({ name: file.name, bytes: file.bytes.length, sha256: sha256Hex(file.bytes) }));
  const release = { v: 1, ...ABOUT, files, ...change };
  const { algorithm, keyId, sign } = releaseSigner();
  const value = Buffer.from(sign(bytes(`arcgate-release/1\n${canonicalJson(release)}`))).toString("base64");
  return Buffer.concat([bytes(`${canonicalJson({ release, signature: { algorithm, keyId, value } })}\n`), content]);
}

describe.each(["ed25519", "sm2"] as const)("signed with %s", (algorithm) => {
  const file = encodeRelease(ABOUT, SMALL, releaseSigner(algorithm));

  test("comes back as it was", () => {
    const { release, files } = parseRelease(file, TRUST);
    expect(release).toMatchObject({ v: 1, ...ABOUT });
    expect(files.map((each) => [each.name, Buffer.from(each.bytes).toString()])).toEqual(
      SMALL.map((each) => [each.name, Buffer.from(each.bytes).toString()]),
    );
  });

  test("no single bit of it can be changed, and nothing can be cut off or put behind", () => {
    const accepted: number[] = [];
    for (let bit = 0; bit < 8 * file.length; bit += 1) {
      const changed = Uint8Array.from(file);
      changed[bit >>> 3] = (changed[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
      if (parsed(changed) === "accepted") accepted.push(bit);
    }
    for (let length = 0; length < file.length; length += 1) if (parsed(file.subarray(0, length)) === "accepted") accepted.push(-length);
    expect(accepted).toEqual([]);
    expect(parsed(Buffer.concat([file, Uint8Array.of(0)]))).toBe("update.badShape");
  });
});

const entry = (change: object) => [
  { name: RELEASE_ENTRY.module, bytes: 1, sha256: sha256Hex("x"), ...change },
  { name: "b", bytes: 1, sha256: sha256Hex("y") },
];

test.each<[string, Uint8Array, ErrorCode | "accepted"]>([
  ["what a maker with a defect signs rightly", signedAnyway({}), "accepted"],
  ["more than 8 MiB", new Uint8Array(RELEASE_MAX_BYTES + 1), "update.tooLarge"],
  ["nothing", new Uint8Array(), "update.badShape"],
  ["a header without an end", new Uint8Array(8_192).fill(0x20), "update.badShape"],
  ["no UTF-8", Uint8Array.of(0xff, 0x0a), "update.badShape"],
  ["no JSON", bytes("release\n"), "update.badShape"],
  ["white space", Buffer.concat([bytes(" "), FILE]), "update.badShape"],
  ["an unknown member", signedAnyway({ extra: 1 }), "update.badShape"],
  ["two numbers for a version", signedAnyway({ version: "1.2" }), "update.badShape"],
  ["a version with a leading zero", signedAnyway({ version: "1.02.3" }), "update.badShape"],
  ["no files", signedAnyway({ files: [] }, Buffer.alloc(0)), "update.badShape"],
  ["another file first", signedAnyway({ files: entry({ name: "a" }) }, Buffer.from("xy")), "update.badShape"],
  [
    "a file twice",
    signedAnyway({ files: entry({}).map((file) => ({ ...file, name: RELEASE_ENTRY.module })) }, Buffer.from("xy")),
    "update.badShape",
  ],
  ["a way out of its folder", signedAnyway({ files: entry({ name: "../arcgate.mjs" }) }, Buffer.from("xy")), "update.badShape"],
  ["content of another digest", signedAnyway({ files: entry({}) }, Buffer.from("xz")), "update.badContent"],
  ["content with something behind it", signedAnyway({ files: entry({}) }, Buffer.from("xyz")), "update.badShape"],
])("%s", (_, file, code) => {
  expect(parsed(file)).toBe(code);
});

test("a key serves releases only when it is named for them", () => {
  expect(parsed(FILE, createTrustStore([trustedKey("ed25519", { purposes: ["policy", "command", "list"] })]))).toBe("update.unknownKey");
  expect(parsed(FILE, createTrustStore([trustedKey("ed25519", { purposes: ["release"] })]))).toBe("accepted");
});

test("nobody signs what no device takes", () => {
  const encoded = (about: Partial<ReleaseAbout>, files = SMALL) =>
    codeOf(() => encodeRelease({ ...ABOUT, ...about } as ReleaseAbout, files, releaseSigner()));
  expect(encoded({ version: "1.2.3-rc" })).toBe("update.badShape");
  expect(encoded({}, SMALL.slice(1))).toBe("update.badShape");
  expect(encoded({}, [{ name: RELEASE_ENTRY.module, bytes: new Uint8Array(RELEASE_MAX_BYTES) }])).toBe("update.tooLarge");
});

test("versions are compared as numbers", () => {
  const sorted = ["0.0.9", "0.0.10", "0.1.0", "0.10.0", "1.0.0", "1.0.1", "10.0.0"];
  for (const [low, left] of sorted.entries())
    for (const [high, right] of sorted.entries()) expect(Math.sign(compareVersions(left, right))).toBe(Math.sign(low - high));
  for (const bad of ["1", "1.2", "1.2.3.4", "01.2.3", "1.2.-3", "1.2.3\n", "100000.0.0", ""]) expect(RELEASE_VERSION.test(bad)).toBe(false);
});

interface ReleaseVectors {
  trust: unknown;
  accepted: { name: string; file: string; version: string }[];
  refused: { name: string; file: string; code: ErrorCode }[];
}

describe("golden releases", () => {
  const { trust, accepted, refused }: ReleaseVectors = JSON.parse(readFileSync("protocol/vectors/release/releases.json", "utf8"));
  const golden = (file: string) => new Uint8Array(Buffer.from(file, "base64"));

  test.each(accepted)("$name is read", ({ file, version }) => {
    expect(parseRelease(golden(file), trustFromFile(trust)).release.version).toBe(version);
  });

  test("are what the encoder makes", () => {
    expect(accepted.find(({ name }) => name === "ed25519")?.file).toBe(Buffer.from(FILE).toString("base64"));
  });

  test.each(refused)("$name is refused with $code", ({ file, code }) => {
    expect(parsed(golden(file), trustFromFile(trust))).toBe(code);
  });
});

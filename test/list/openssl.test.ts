/** OpenSSL's command line judges the list, from the specification's text alone: nothing of the loader is used here. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "#test/list/fixtures.ts";

const FOLDER = join(import.meta.dirname, "../../protocol/vectors/list");
interface Vectors {
  trust: { keyset: { keyset: { keys: { id: string; publicKey: string }[] } } };
}
const { keys } = (JSON.parse(readFileSync(join(FOLDER, "lists.json"), "utf8")) as Vectors).trust.keyset.keyset;

const FLAGS = {
  ed25519: { number: 1, digest: "-sha256", verify: ["-rawin"] },
  sm2: { number: 2, digest: "-sm3", verify: ["-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678"] },
};

describe.each(["ed25519", "sm2"] as const)("%s", (algorithm) => {
  const file = readFileSync(join(FOLDER, `three-pages.${algorithm}.list`));
  const { number, digest, verify } = FLAGS[algorithm];
  const pageCount = file.readUInt32BE(32);
  const firstPage = Math.ceil((256 + 48 * pageCount) / 4096) * 4096;

  const digestOf = (bytes: Uint8Array) => execFileSync("openssl", ["dgst", digest, "-binary"], { input: bytes });

  test("the header names algorithm and key", () => {
    expect(file.subarray(0, 8).toString("ascii")).toBe("ARCGLST1");
    expect(file.readUInt8(36)).toBe(number);
    expect(keys.map((key) => key.id)).toContain(keyId());
  });

  test("every page has the digest of the index, and begins with its handle", () => {
    for (let page = 0; page < pageCount; page += 1) {
      const bytes = file.subarray(firstPage + 4096 * page, firstPage + 4096 * (page + 1));
      const indexed = file.subarray(256 + 48 * page, 256 + 48 * (page + 1));
      expect(indexed.subarray(0, 16).equals(bytes.subarray(0, 16))).toBe(true);
      expect(indexed.subarray(16).equals(digestOf(bytes))).toBe(true);
    }
  });

  test("the root is the digest of header fields and index, and its signature holds", () => {
    const root = digestOf(Buffer.concat([file.subarray(0, 72), file.subarray(256, firstPage)]));
    expect(root.equals(file.subarray(72, 104))).toBe(true);
    const signature = file.subarray(106, 106 + file.readUInt16BE(104));
    expect(opensslVerifies(Buffer.concat([Buffer.from("arcgate-list/1\n", "ascii"), root]), signature)).toBe(true);
    expect(opensslVerifies(Buffer.concat([Buffer.from("arcgate-list/2\n", "ascii"), root]), signature)).toBe(false);
  });

  test("an overlay's signature holds over its fields and changes, and it names the base's root", () => {
    const overlay = readFileSync(join(FOLDER, `overlay.${algorithm}.list`));
    expect(overlay.subarray(0, 8).toString("ascii")).toBe("ARCGOVL1");
    expect(overlay.subarray(72, 104).equals(file.subarray(72, 104))).toBe(true);
    expect(overlay.length).toBe(256 + 24 * overlay.readUInt32BE(24));
    const digest = digestOf(Buffer.concat([overlay.subarray(0, 104), overlay.subarray(256)]));
    const signature = overlay.subarray(106, 106 + overlay.readUInt16BE(104));
    expect(opensslVerifies(Buffer.concat([Buffer.from("arcgate-overlay/1\n", "ascii"), digest]), signature)).toBe(true);
    expect(opensslVerifies(Buffer.concat([Buffer.from("arcgate-list/1\n", "ascii"), digest]), signature)).toBe(false);
  });

  function keyId(): string {
    return file.subarray(40, 72).toString("ascii").replace(/\0+$/, "");
  }

  function opensslVerifies(message: Uint8Array, signature: Uint8Array): boolean {
    const folder = temporaryFolder();
    const path = (name: string) => join(folder, name);
    const key = keys.find(({ id }) => id === keyId())?.publicKey ?? "";
    writeFileSync(path("key.der"), Buffer.from(key, "base64"));
    writeFileSync(path("message"), message);
    writeFileSync(path("signature"), signature);
    const input = ["-pubin", "-keyform", "DER", "-inkey", path("key.der"), "-in", path("message"), "-sigfile", path("signature")];
    try {
      return execFileSync("openssl", ["pkeyutl", "-verify", ...input, ...verify], { stdio: "pipe" }).includes("Verified Successfully");
    } catch {
      return false;
    }
  }
});

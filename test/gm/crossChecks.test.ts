/** SM2, SM3 and SM4 by three implementations on random messages. No object of the specification uses SM4: it is checked as the platform's capability. */
import { createCipheriv } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sm3 } from "sm-crypto-v2";
import { afterAll, expect, test } from "vitest";
import { digestOf } from "#protocol/crypto.ts";
import { CIPHERS, opensslCalls, opensslDigests, SIGNERS, type Sm4Mode, sm2Pair, VERIFIERS } from "#test/gm/judges.ts";

const SEED = Number(process.env.ARCGATE_SEED ?? Math.floor(Math.random() * 2 ** 32));
const WANTED = process.env.ARCGATE_CROSS_CHECKS;
const counts = (usual: number) => (WANTED === undefined ? usual : Number(WANTED));
/** Messages; each is judged by all who are asked about it. */
const SM2 = counts(1_000);
const SM3 = counts(5_000);
const SM4 = counts(4_000);
/** Of the signatures OpenSSL's command makes or checks one in so many: each is a process. */
const OPENSSL_EVERY = Math.max(10, Math.ceil(SM2 / 100));
const SM2_KEYS = 8;
const SM3_BATCH = 1_000;
const SM4_STREAM = 50;

const folder = mkdtempSync(join(tmpdir(), "arcgate-gm-"));
const random = streamOf(SEED);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Bytes out of a seed: a key stream, so that a run can be made again. */
function streamOf(seed: number): (length: number) => Buffer {
  const key = Buffer.alloc(16);
  key.writeUInt32BE(seed >>> 0);
  const cipher = createCipheriv("aes-128-ctr", key, Buffer.alloc(16));
  return (length) => cipher.update(Buffer.alloc(length));
}

function message(most: number): Buffer {
  return random(random(2).readUInt16BE() % (most + 1));
}

function report(what: string, numbers: { checks: number; mismatches: number }): void {
  const again = `ARCGATE_SEED=${SEED}${WANTED === undefined ? "" : ` ARCGATE_CROSS_CHECKS=${WANTED}`} npx vitest run --config test/vitest.config.ts --root . test/gm`;
  console.log(JSON.stringify({ what, seed: SEED, ...numbers, opensslCalls: opensslCalls(), again }));
}

test(`SM2: what one signs the others take, and nothing else (seed ${SEED})`, { timeout: 3_600_000 }, () => {
  // Below the order of the curve, which begins with ff.
  const pairs = Array.from({ length: SM2_KEYS }, (_, at) => sm2Pair(Buffer.concat([Buffer.of(1 + at), random(31)]), folder, `key${at}`));
  const mismatches: string[] = [];
  let checks = 0;
  const hold = (isRight: boolean, what: string) => {
    checks += 1;
    if (!isRight) mismatches.push(what);
  };
  for (let at = 0; at < SM2; at++) {
    const pair = pairs[at % SM2_KEYS];
    if (!pair) throw new RangeError(`no key ${at}`);
    const text = message(300);
    const path = join(folder, "sm2");
    const isJudged = at % OPENSSL_EVERY < 2;
    if (isJudged) writeFileSync(path, text);
    const by = at % OPENSSL_EVERY === 0 ? "openssl" : at % 2 === 0 ? "smCrypto" : "node";
    const signature = SIGNERS[by](pair, text, path);
    hold(VERIFIERS.product(pair, text, signature), `${at}: product on ${by}'s`);
    hold(VERIFIERS.smCrypto(pair, text, signature), `${at}: sm-crypto on ${by}'s`);
    if (isJudged && by !== "openssl") hold(VERIFIERS.openssl(pair, text, signature, path), `${at}: openssl on ${by}'s`);
    const other = Buffer.concat([text, Buffer.of(0)]);
    hold(!VERIFIERS.product(pair, other, signature), `${at}: product on another message`);
    if (isJudged) hold(!VERIFIERS.smCrypto(pair, other, signature), `${at}: sm-crypto on another message`);
  }
  report("SM2", { checks, mismatches: mismatches.length });
  expect(mismatches).toEqual([]);
});

test(`SM3: the same digests (seed ${SEED})`, { timeout: 3_600_000 }, () => {
  let mismatches = 0;
  for (let done = 0; done < SM3; done += SM3_BATCH) {
    const texts = Array.from({ length: Math.min(SM3_BATCH, SM3 - done) }, () => message(600));
    const paths = texts.map((text, at) => {
      const path = join(folder, `m${at}`);
      writeFileSync(path, text);
      return path;
    });
    const judged = opensslDigests(paths);
    expect(judged).toHaveLength(texts.length);
    texts.forEach((text, at) => {
      const ours = Buffer.from(digestOf("sm2", text)).toString("hex");
      if (ours !== judged[at] || ours !== sm3(text)) mismatches += 1;
    });
  }
  report("SM3", { checks: SM3, mismatches });
  expect(mismatches).toBe(0);
});

test(`SM4 in CBC and CTR: the same ciphertexts (seed ${SEED})`, { timeout: 3_600_000 }, () => {
  let mismatches = 0;
  // Messages of 1 to 16 blocks, so many in a stream under one key: one process of OpenSSL for each.
  for (let done = 0, stream = 0; done < SM4; done += SM4_STREAM, stream += 1) {
    const mode: Sm4Mode = stream % 2 === 0 ? "cbc" : "ctr";
    const [key, iv] = [random(16), random(16)];
    const texts = Array.from({ length: Math.min(SM4_STREAM, SM4 - done) }, () => random(16 * (1 + (random(1).readUInt8() % 16))));
    const whole = Buffer.concat(texts);
    const [ours, theirs, judged] = [CIPHERS.node, CIPHERS.smCrypto, CIPHERS.openssl].map((encipher) => encipher(mode, key, iv, whole));
    let from = 0;
    for (const { length } of texts) {
      const piece = (text: Uint8Array | undefined) => Buffer.from(text?.subarray(from, from + length) ?? []).toString("hex");
      if (piece(ours).length !== 2 * length || piece(ours) !== piece(theirs) || piece(ours) !== piece(judged)) mismatches += 1;
      from += length;
    }
  }
  report("SM4", { checks: SM4, mismatches });
  expect(mismatches).toBe(0);
});

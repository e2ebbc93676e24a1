import { describe, expect, it } from "vitest";
import { CodedError } from "#protocol/errors/codedError.ts";
import { decodeBatch, encodeBatch } from "#protocol/events/batch.ts";
import { verifyChain } from "#protocol/events/chain.ts";
import { eventName } from "#protocol/events/dictionary.ts";
import { EventBatch } from "#protocol/events/messages.ts";
import { PAYLOADS } from "#protocol/events/payloads.ts";
import { seededRandom } from "#test/events/random.ts";
import { ARC, arcRows, LEGAL_HEAD, row } from "#test/events/samples.ts";
import { deflate, inflate } from "#test/events/zlib.ts";

const SEED = 20_261_122;
const CASES = 25_000;

const rows = [...arcRows(3), row(4, "eStop", { pressed: true }), row(5, "chipFound", { silentMs: 9_000 }), row(6, "arc", ARC)];
const plain = encodeBatch(LEGAL_HEAD, rows);
const deflated = encodeBatch(LEGAL_HEAD, rows, deflate);
/** Fragments that parsers trip over. */
const SPICE = [
  "-1",
  "1e999",
  "null",
  "{}",
  "[",
  '"\\ud800"',
  '"__proto__":{}',
  '"seq":1,',
  "9007199254740993",
  '"\\u0000"',
  "0.1",
  "true",
].map((text) => new TextEncoder().encode(text));

type Outcome = "refused" | "accepted" | "part" | "chain";

describe("hostile batches", () => {
  it(`${CASES} random and mutated ones: a coded error or an exact accept (seed ${SEED})`, () => {
    const random = seededRandom(SEED);
    const seen: Record<Outcome, number> = { refused: 0, accepted: 0, part: 0, chain: 0 };
    for (let index = 0; index < CASES; index++) {
      const bytes = hostileBytes(random);
      try {
        seen[outcome(bytes)]++;
      } catch (error) {
        throw new Error(`seed ${SEED}, case ${index}: ${Buffer.from(bytes).toString("hex")}`, { cause: error });
      }
    }
    // Each path was really walked.
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(50);
  });
});

function outcome(bytes: Uint8Array): Outcome {
  let batch: ReturnType<typeof decodeBatch>;
  try {
    batch = decodeBatch(bytes, inflate);
  } catch (error) {
    expect(error).toBeInstanceOf(CodedError);
    return "refused";
  }
  for (const { event, verdict } of batch.events) {
    const name = eventName(event.kind);
    const fits = name !== undefined && PAYLOADS[name].safeParse(event.payload).success;
    if (verdict.ok) expect(fits).toBe(true);
  }
  const accepted = batch.events.every(({ verdict }) => verdict.ok);
  if (accepted) expectExact(bytes, batch.events);
  try {
    verifyChain(batch);
  } catch (error) {
    expect(error).toBeInstanceOf(CodedError);
    return "chain";
  }
  return accepted ? "accepted" : "part";
}

/** What was accepted is the very value that was sent, and the published schema takes it too. */
function expectExact(bytes: Uint8Array, events: readonly { event: object }[]): void {
  const json = bytes[0] === 1 ? inflate(bytes.subarray(1), 2 ** 22) : bytes;
  const value: unknown = JSON.parse(Buffer.from(json).toString());
  const parsed = EventBatch.parse(value);
  expect(events.map(({ event }) => event)).toEqual(parsed.events);
}

function hostileBytes(random: () => number): Uint8Array {
  const below = (limit: number) => Math.floor(random() * limit);
  const kind = below(10);
  if (kind === 0) return Uint8Array.from({ length: below(400) }, () => below(256));
  if (kind === 1) return Uint8Array.from({ length: 1 + below(200) }, (_, index) => (index === 0 ? below(2) * 0x7a + 1 : below(256)));
  if (kind === 2) return deflated.slice(0, below(deflated.length + 1));
  if (kind === 3) return flip(deflated, below);
  const mutant = mutate(plain, below);
  return kind === 4 ? Uint8Array.from([1, ...deflate(mutant)]) : mutant;
}

function flip(bytes: Uint8Array, below: (limit: number) => number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  for (let times = 1 + below(4); times > 0; times--) {
    const at = below(copy.length);
    copy[at] = (copy[at] ?? 0) ^ (1 << below(8));
  }
  return copy;
}

/** Changes a digit, flips bits, cuts a piece out, puts a piece in twice, or puts spice in. */
function mutate(bytes: Uint8Array, below: (limit: number) => number): Uint8Array {
  const from = below(bytes.length);
  const to = Math.min(bytes.length, from + below(40));
  const cut = (middle: Uint8Array) => Uint8Array.from([...bytes.subarray(0, from), ...middle, ...bytes.subarray(to)]);
  switch (below(5)) {
    case 0:
      return changeDigit(bytes, from, below);
    case 1:
      return flip(bytes, below);
    case 2:
      return cut(new Uint8Array());
    case 3:
      return cut(Uint8Array.from([...bytes.subarray(from, to), ...bytes.subarray(from, to)]));
    default:
      return cut(SPICE[below(SPICE.length)] ?? new Uint8Array());
  }
}

/** The hardest mutants: still JSON, often still a batch. */
function changeDigit(bytes: Uint8Array, from: number, below: (limit: number) => number): Uint8Array {
  const at = bytes.findIndex((byte, index) => index >= from && byte >= 0x30 && byte <= 0x39);
  const copy = Uint8Array.from(bytes);
  if (at >= 0) copy[at] = 0x30 + below(10);
  return copy;
}

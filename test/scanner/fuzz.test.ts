/** Mutated streams: whatever the line does, the decoder never throws, gives no text that was not sent, and is itself again by the next code. */
import { describe, expect, it } from "vitest";
import {
  CUT_ANSWER_MS,
  EMPTY_FRAME,
  type Frame,
  gapDueMs,
  MISSING_END_MS,
  readBytes,
  readGap,
  TEXT_MAX_CHARACTERS,
} from "#agent/core/scanner/framing.ts";
import { SCANNER_MODELS } from "#protocol/scanner/catalogue.ts";
import type { ScannerModel } from "#protocol/scanner/model.ts";
import { seeded } from "#test/sync/seed.ts";

/** Replay: ARCGATE_SEED=n npx vitest run --config test/vitest.config.ts --root . test/scanner/fuzz */
const SEED = Number(process.env.ARCGATE_SEED ?? 65_072);
const STREAMS = 100_000;
const MODELS: ScannerModel[] = Object.values(SCANNER_MODELS);
const BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
/** What no text holds and no end is. */
const CONTROLS = Array.from({ length: 256 }, (_, byte) => byte).filter(
  (byte) => (byte < 0x20 || byte > 0x7e) && byte !== 0x0d && byte !== 0x0a,
);

/** A line that is fed byte by byte in reads of any size, with pauses. */
class Line {
  readonly texts: string[] = [];
  readonly discarded: string[] = [];
  readonly #model: ScannerModel;
  #frame: Frame = EMPTY_FRAME;
  #nowMs = 0;

  constructor(model: ScannerModel) {
    this.#model = model;
  }

  read(bytes: Uint8Array): void {
    this.#nowMs += 1;
    this.#keep(readBytes(this.#frame, bytes, this.#model, this.#nowMs));
  }

  pause(): void {
    for (const lastsMs of [MISSING_END_MS, CUT_ANSWER_MS]) {
      this.#nowMs += lastsMs;
      this.#keep(readGap(this.#frame, this.#model, this.#nowMs));
    }
    if (gapDueMs(this.#frame, this.#model) !== null) throw new Error("something waits after a pause");
  }

  #keep({ frame, found }: ReturnType<typeof readBytes>): void {
    if (frame.pending.length > TEXT_MAX_CHARACTERS + 32) throw new Error(`${frame.pending.length} bytes are kept`);
    this.#frame = frame;
    for (const item of found) {
      if (item.type === "text") this.texts.push(item.text);
      if (item.type === "discarded") this.discarded.push(item.code);
    }
  }
}

class Chance {
  readonly #random: () => number;
  constructor(seed: number) {
    this.#random = seeded(seed);
  }
  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
  of<T>(choices: readonly T[]): T {
    const chosen = choices[this.below(choices.length)];
    if (chosen === undefined) throw new RangeError("nothing to choose from");
    return chosen;
  }
  text(most: number): string {
    return Array.from({ length: 1 + this.below(most) }, () => BASE45[this.below(BASE45.length)]).join("");
  }
}

const latin = (text: string) => [...Buffer.from(text, "latin1")];

/** One code on the line, and whether it must, may or must not come out. */
interface Sent {
  bytes: number[];
  text: string;
  fate: "read" | "lost" | "either";
  thenPause: boolean;
}

function mutated(chance: Chance, model: ScannerModel): Sent {
  const text = chance.text(60);
  const end = chance.of(["\r\n", "\r", "\n", ""]);
  const whole = [...latin(text), ...latin(end)];
  const sent: Sent = { bytes: whole, text, fate: "read", thenPause: end === "" };
  const answer = model.answers.length > 0 ? [...chance.of(model.answers).bytes] : [];
  switch (chance.below(6)) {
    case 0:
      return { ...sent, bytes: [...answer, ...whole] };
    case 1: {
      const at = chance.below(text.length + 1);
      return { ...sent, bytes: [...whole.slice(0, at), ...answer, ...whole.slice(at)] };
    }
    case 2: {
      // Noise in a code: it may complete or begin an answer by chance, so it is only a text if it is the right one.
      const at = chance.below(text.length + 1);
      const noise = Array.from({ length: 1 + chance.below(20) }, () => chance.of(CONTROLS));
      return { ...sent, bytes: [...whole.slice(0, at), ...noise, ...whole.slice(at)], fate: "either" };
    }
    case 3: {
      const long = latin(text.repeat(Math.ceil((TEXT_MAX_CHARACTERS + 1) / text.length)));
      return { ...sent, bytes: [...long, ...latin(end)], fate: "lost" };
    }
    case 4: {
      // The beginning of an answer, and a pause: the rest never comes.
      const cut = answer.slice(0, chance.below(answer.length));
      const isText = cut.every((byte) => byte >= 0x20 && byte <= 0x7e);
      return isText ? sent : { ...sent, bytes: cut, fate: "lost", thenPause: true };
    }
    default:
      return sent;
  }
}

function feed(line: Line, bytes: readonly number[], chance: Chance): void {
  for (let at = 0; at < bytes.length; ) {
    const length = 1 + chance.below(chance.of([2, 8, 64, 2_048]));
    line.read(Uint8Array.from(bytes.slice(at, at + length)));
    at += length;
  }
}

/** One stream of a few codes, then an intact one. Gives what is wrong with what came out. */
function objection(seed: number): string | null {
  const chance = new Chance(seed);
  const model = chance.of(MODELS);
  const line = new Line(model);
  const codes = Array.from({ length: 1 + chance.below(4) }, () => mutated(chance, model));
  for (const { bytes, thenPause } of codes) {
    feed(line, bytes, chance);
    if (thenPause) line.pause();
  }
  const last = `AG1:${seed}`;
  feed(line, latin(`${last}\r\n`), chance);
  const expected = [...codes, { text: last, fate: "read" as const }];
  let at = 0;
  for (const text of line.texts) {
    while (at < expected.length && expected[at]?.text !== text && expected[at]?.fate !== "read") at++;
    if (expected[at]?.text !== text || expected[at]?.fate === "lost") return `${model.name}: ${JSON.stringify(text)} was not sent there`;
    at++;
  }
  if (expected.slice(at).some(({ fate }) => fate === "read"))
    return `${model.name}: a good code is missing in ${JSON.stringify(line.texts)}`;
  return null;
}

describe("100,000 mutated streams", () => {
  it("give the texts that were sent, in order, and nothing else", { timeout: 300_000 }, () => {
    for (let stream = 0; stream < STREAMS; stream++) {
      const seed = SEED + stream;
      const wrong = objection(seed);
      if (wrong) throw new Error(`${wrong} (ARCGATE_SEED=${seed})`);
    }
  });

  it("of random bytes give no crash, and an intact code after a pause is read", { timeout: 300_000 }, () => {
    const chance = new Chance(SEED);
    for (let stream = 0; stream < 5_000; stream++) {
      const line = new Line(chance.of(MODELS));
      feed(
        line,
        Array.from({ length: chance.below(400) }, () => chance.below(256)),
        chance,
      );
      line.pause();
      line.texts.length = 0;
      feed(line, latin("AG1:INTACT\r\n"), chance);
      expect(line.texts, `ARCGATE_SEED=${SEED}, stream ${stream}`).toEqual(["AG1:INTACT"]);
    }
  });
});

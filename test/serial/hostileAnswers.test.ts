import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { IDENTITY, PAGE } from "#protocol/chip/arcgateChip.ts";
import { chipAt, eventually, machine, ORDER, refusalOf, SETUP, SerialBench } from "#test/serial/farEnd/bench.ts";
import type { FarChip } from "#test/serial/farEnd/farChip.ts";
import { withCrc } from "#test/serial/farEnd/farSlaves.ts";
import { Seeded } from "#test/serial/farEnd/seeded.ts";

const SEED = 77;
const FORGERIES = 1_500;
const BURSTS = 40;

let bench: SerialBench;
let chip: FarChip;

beforeEach(() => {
  bench = new SerialBench();
  [chip] = bench.addChips(1) as [FarChip];
});
afterEach(() => bench.dispose());

describe("answers that somebody made up", () => {
  it(`${FORGERIES} pages changed under a good CRC are all refused`, async () => {
    const random = new Seeded(SEED);
    const link = machine(bench.open([chipAt(1)]), 0);
    await link.adopt(SETUP);
    chip.weld(1);
    bench.slaves.spoil = (frame) => (frame.length === IDENTITY.words * 2 + 5 ? frame : forge(frame, random));
    for (let round = 0; round < FORGERIES; round++) {
      const code = await refusalOf(link.exchange(ORDER, "routine"));
      expect(code, `seed ${SEED}, round ${round}`).toBe("link.badMac");
    }
  });

  it("identities with any field changed never pass for another machine's chip", async () => {
    const random = new Seeded(SEED);
    const link = machine(bench.open([chipAt(1)]), 0);
    const codes = new Set<string>();
    bench.slaves.spoil = (frame) => (frame.length === IDENTITY.words * 2 + 5 ? forgeIdentity(frame, random) : frame);
    for (let round = 0; round < 300; round++) codes.add(await refusalOf(link.adopt(SETUP)));
    expect([...codes].sort()).toEqual(
      ["link.badAnswer", "link.badMac", "link.foreignDevice", "link.rebooted"].filter((code) => codes.has(code)),
    );
    expect(codes.has("link.foreignDevice")).toBe(true);
  });

  it(`${BURSTS} bursts of noise are coded refusals, and the bus lives on`, async () => {
    const random = new Seeded(SEED);
    const link = machine(bench.open([chipAt(1)], { extraAllowanceMs: 20 }), 0);
    await eventually(() => link.adopt(SETUP));
    for (let round = 0; round < BURSTS; round++) {
      bench.clock.advance(5_000);
      bench.slaves.spoil = () => random.bytes(1 + random.int(200));
      expect(["link.badAnswer", "link.timeout"], `seed ${SEED}, round ${round}`).toContain(
        await refusalOf(link.exchange(ORDER, "routine")),
      );
    }
    bench.slaves.spoil = (frame) => frame;
    const again = await eventually(() => {
      bench.clock.advance(5_000);
      return link.exchange(ORDER, "routine");
    });
    expect(again.status.leaseResult).toBe("accepted");
  });
});

/** Changes one byte of what the MAC covers (a page with one record has nothing else), and seals it anew. */
function forge(frame: Uint8Array, random: Seeded): Uint8Array {
  const body = frame.slice(0, -2);
  const at = 3 + random.int(PAGE.words * 2);
  body[at] = (body[at] ?? 0) ^ (1 + random.int(255));
  return withCrc(body);
}

/** Magic, map version, device code, MAC algorithm or boot nonce. */
function forgeIdentity(frame: Uint8Array, random: Seeded): Uint8Array {
  const body = frame.slice(0, -2);
  const words = [0, 1, ...range(10, 20), 20, ...range(21, 25)];
  const at = 3 + random.pick(words) * 2 + random.int(2);
  body[at] = (body[at] ?? 0) ^ (1 + random.int(127));
  return withCrc(body);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

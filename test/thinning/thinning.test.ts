/** Thinned telemetry: what the record says of its error is true, the chain holds, and the platform takes it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { largestError, type Point, swingingDoor } from "#agent/core/thinning/swingingDoor.ts";
import { thin } from "#agent/core/thinning/thinned.ts";
import { PAYLOADS, type PayloadOf } from "#protocol/events/payloads.ts";
import { seededRandom } from "#test/list/fixtures.ts";

type Thinned = PayloadOf<"windowsThinned">;

/** A row of welding whose means wander by so many amperes. */
function row(seq: number, firstSeq: number, restlessAmps: number, random: () => number) {
  const columns = Array.from({ length: 100 }, (_, index) => index);
  const payload: PayloadOf<"windows"> = {
    windowMs: 100,
    firstSeq,
    runs: columns.map(() => 1),
    volts: columns.map(() => 24 + (random() - 0.5) * (restlessAmps / 20)),
    amps: columns.map((index) => 120 + 20 * Math.sin((firstSeq + index) / 40) + (random() - 0.5) * restlessAmps),
    peakAmps: columns.map(() => 160 + random()),
    arcMs: columns.map(() => 98),
    shorts: columns.map((index) => index % 2),
  };
  return { seq, payload };
}

/** What a reader of the record makes of a window: a straight line between the two points around it. */
function lineAt(at: readonly number[], values: readonly number[], seq: number): number {
  const after = at.findIndex((each) => each >= seq);
  const [x1 = 0, y1 = 0] = [at[after], values[after]];
  if (x1 === seq) return y1;
  const [x0 = 0, y0 = 0] = [at[after - 1], values[after - 1]];
  return y0 + ((y1 - y0) * (seq - x0)) / (x1 - x0);
}

function errorsOf(record: Thinned, rows: readonly ReturnType<typeof row>[]): { amps: number; volts: number } {
  const worst = { amps: 0, volts: 0 };
  for (const { payload } of rows) {
    for (const [index, amps] of payload.amps.entries()) {
      const seq = payload.firstSeq + index;
      worst.amps = Math.max(worst.amps, Math.abs(amps - lineAt(record.ampsAt, record.amps, seq)));
      worst.volts = Math.max(worst.volts, Math.abs((payload.volts[index] ?? 0) - lineAt(record.voltsAt, record.volts, seq)));
    }
  }
  return worst;
}

describe("the swinging door", () => {
  it("keeps every point within its limit, first and last as they were", () => {
    const values = fc.array(fc.double({ min: -400, max: 400, noNaN: true }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(values, fc.double({ min: 0.1, max: 50, noNaN: true }), (found, limit) => {
        const points = found.map((value, index): Point => ({ at: index * 3, value }));
        const kept = swingingDoor(points, limit);
        expect([kept[0], kept.at(-1)]).toEqual([points[0], points.at(-1)]);
        expect(largestError(points, kept)).toBeLessThanOrEqual(limit + 1e-9);
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});

describe("a record of thinned windows", () => {
  it.each([4, 15, 60, 300])("states the error that a reader of its lines finds, with work that wanders by %i A", (restlessAmps) => {
    const random = seededRandom(restlessAmps);
    const rows = Array.from({ length: 16 }, (_, index) => row(10 + index, 5_000 + index * 100, restlessAmps, random));
    const record = PAYLOADS.windowsThinned.parse(thin(rows));
    const worst = errorsOf(record, rows);
    expect(record.errorAmps).toBeCloseTo(worst.amps, 9);
    expect(record.errorVolts).toBeCloseTo(worst.volts, 9);
    expect(record.errorAmps).toBeLessThanOrEqual(record.limitAmps);
    expect(record.errorVolts).toBeLessThanOrEqual(record.limitVolts);
    expect(JSON.stringify(record).length).toBeLessThan(JSON.stringify(rows).length / 3);
    expect([record.fromSeq, record.toSeq, record.rows, record.windows, record.arcMs]).toEqual([10, 25, 16, [1600], [1600 * 98]]);
  });

  it("draws no line over windows that are not there, and knows runs of like windows", () => {
    const random = seededRandom(1);
    const [first, second] = [row(1, 100, 5, random), row(2, 300, 5, random)];
    first.payload.runs[99] = 40;
    const record = thin([first, second]);
    expect([record.firstSeq, record.windows]).toEqual([
      [100, 300],
      [139, 100],
    ]);
    expect(record.ampsAt).toEqual(expect.arrayContaining([100, 238, 300, 399]));
    expect(record.arcMs[0]).toBe(139 * 98);
  });
});

import { expect, it } from "vitest";
import { playLabels } from "#test/chaos/labels/labels.ts";

const CODES = 15;

it("labels of a printed sheet are read by two foreign readers, and damaged ones by one of them at least", async () => {
  const sums = await playLabels(CODES, 1, () => undefined);
  expect(sums).toMatchObject({ codes: CODES, misread: 0, failed: 0 });
  for (const reader of ["zbar", "zxing"] as const) expect(sums.decoded[reader]).toMatchObject({ plain: CODES });
  // What corrects nothing reads none of these.
  expect(sums.decoded.zbar.blotted + sums.decoded.zxing.blotted).toBeGreaterThan(0);
});

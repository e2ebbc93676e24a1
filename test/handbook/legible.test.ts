import { describe, expect, it } from "vitest";
import { joints, problemsOf, type Run } from "#scripts/handbook/drawing/legible.ts";
import { line, type Shape, text } from "#scripts/handbook/drawing/shapes.ts";
import { svgSheet } from "#scripts/handbook/drawing/sheet.ts";
import { route } from "#scripts/handbook/drawing/wires.ts";
import { SINGLE_PHASE } from "#scripts/handbook/sheets/primary.ts";

const PAGE = { x: 0, y: 0, width: 100, height: 100 };
const BODY = { x: 40, y: 40, width: 20, height: 20 };

const problems = (shapes: readonly Shape[], runs: readonly Run[] = []) => problemsOf({ page: PAGE, shapes, runs, bodies: [BODY] });
const wire = (...points: Run["points"]): Run => ({ kind: "control", points });

describe("a sheet that could not be read", () => {
  it.each<[string, Shape[], Run[]]>([
    ["text upon text", [text([20, 20], "焊机"), text([22, 20], "machine")], []],
    ["text under a line", [text([20, 20], "焊机"), line([10, 19], [30, 19])], []],
    ["text under a slanting line", [text([20, 20], "焊机"), line([10, 10], [30, 30])], []],
    ["text under a wire", [text([20, 20], "焊机")], [wire([20, 10], [20, 30])]],
    ["text beyond the page", [text([98, 20], "焊机")], []],
    ["a wire through a part", [], [wire([30, 50], [70, 50])]],
    ["a wire upon another", [], [wire([10, 10], [10, 30]), wire([10, 20], [10, 60])]],
  ])("is refused: %s", (_, shapes, runs) => {
    expect(problems(shapes, runs)).toHaveLength(1);
  });

  it("is not one where wires cross, text stands over a line, and a wire ends at a part", () => {
    const runs = [wire([10, 10], [10, 30]), wire([5, 20], [30, 20]), wire([20, 50], [40, 50])];
    expect(problems([text([25, 19], "2"), text([25, 23], "control")], runs)).toEqual([]);
  });

  it("makes the generator fail", () => {
    const marks = [...(SINGLE_PHASE.marks ?? []), text([170, 112], "KM")];
    expect(() => svgSheet({ ...SINGLE_PHASE, marks: [...marks, text([170, 112], "KM")] }, 1)).toThrow("“KM” lies on “KM”");
  });
});

it("wires are joined where one ends within another, not where they cross", () => {
  expect(joints([wire([10, 10], [10, 30]), wire([10, 20], [30, 20]), wire([5, 15], [30, 15])])).toEqual([[10, 20]]);
});

it("a wire to a terminal that is not there, or aslant, is an error", () => {
  expect(() => route({ kind: "N", path: ["KM.A3", { x: 5 }] }, SINGLE_PHASE.parts)).toThrow("no terminal KM.A3");
  expect(() => route({ kind: "N", path: ["KM.A2", [0, 0]] }, SINGLE_PHASE.parts)).toThrow("runs slantwise");
});

/** One sheet: title, drawing, notes and the legend of the wires that are on it. */
import { joints, problemsOf, type Run } from "#scripts/handbook/drawing/legible.ts";
import { type Box, line, moved, movedBox, type Point, type Shape, text } from "#scripts/handbook/drawing/shapes.ts";
import { svgJoint, svgPage, svgRun, svgShape } from "#scripts/handbook/drawing/svg.ts";
import { type Placed, route, WIRES, type Wire, type WireKind } from "#scripts/handbook/drawing/wires.ts";

export interface Sheet {
  /** Of the file, without its ending. */
  name: string;
  zh: string;
  en: string;
  parts: Readonly<Record<string, Placed>>;
  wires: readonly Wire[];
  /** Words in the drawing: numbers of wires, where a wire leads. */
  marks?: readonly Shape[];
  notes: readonly (readonly [zh: string, en: string])[];
}

const PAGE: Box = { x: 0, y: 0, width: 297, height: 210 };
const FRAME: Box = { x: 6, y: 6, width: 285, height: 198 };
const NOTES_TOP = 156;
const LEGEND_LEFT = 226;

/** Throws when anything on it could not be read. */
export function svgSheet(sheet: Sheet, number: number): string {
  const runs = sheet.wires.map((wire): Run => ({ kind: wire.kind, points: route(wire, sheet.parts) }));
  const shapes = [
    ...Object.values(sheet.parts).flatMap(({ at, part }) => part.shapes.map((shape) => moved(shape, at))),
    ...(sheet.marks ?? []),
  ];
  const legend = legendOf(runs);
  const around = [...titleShapes(sheet, number), ...noteShapes(sheet), ...legend.shapes];
  const problems = problemsOf({
    page: FRAME,
    shapes: [...shapes, ...around],
    runs: [...runs, ...legend.runs],
    bodies: Object.values(sheet.parts).map(({ at, part }) => movedBox(part.body, at)),
  });
  if (problems.length > 0) throw new Error(`${sheet.name} cannot be read:\n  ${problems.join("\n  ")}`);
  return svgPage(PAGE, `${sheet.zh} ${sheet.en}`, [
    svgShape({ is: "rect", box: FRAME }),
    ...[...runs, ...legend.runs].flatMap(svgRun),
    ...[...shapes, ...around].map(svgShape),
    ...joints(runs).map(svgJoint),
  ]);
}

function titleShapes({ zh, en }: Sheet, number: number): Shape[] {
  return [
    { ...text([10, 14], `图 ${number}　${zh}`, 5, "start"), bold: true },
    text([10, 19], `Sheet ${number}: ${en}`, 3, "start"),
    text([287, 13], "焊闸 arcgate 接线图", 3, "end"),
    text([287, 17.5], "断电、上锁、验电后接线 Wire only with power off, locked and tested", 2.6, "end"),
  ];
}

function noteShapes({ notes }: Sheet): Shape[] {
  const rows = notes.flatMap(([zh, en], index): Shape[] => {
    const y = NOTES_TOP + 5 + index * 8.2;
    return [text([10, y], `${index + 1}. ${zh}`, 3, "start"), text([14, y + 3.5], en, 2.4, "start")];
  });
  return [line([FRAME.x, NOTES_TOP], [FRAME.x + FRAME.width, NOTES_TOP]), ...rows];
}

function legendOf(runs: readonly Run[]): { shapes: Shape[]; runs: Run[] } {
  const kinds = (Object.keys(WIRES) as WireKind[]).filter((kind) => runs.some((run) => run.kind === kind));
  const rowAt = (index: number): Point => [LEGEND_LEFT, NOTES_TOP + 4.5 + index * 3.75];
  return {
    shapes: [
      line([LEGEND_LEFT - 5, NOTES_TOP], [LEGEND_LEFT - 5, FRAME.y + FRAME.height]),
      ...kinds.map((kind, index) => {
        const [x, y] = rowAt(index);
        return text([x + 10, y + 0.9], `${WIRES[kind].zh}　${WIRES[kind].en}`, 2.6, "start");
      }),
    ],
    runs: kinds.map((kind, index) => {
      const [x, y] = rowAt(index);
      return {
        kind,
        points: [
          [x, y],
          [x + 8, y],
        ],
      };
    }),
  };
}

/** Everything of the handbook that is made: the wiring sheets, and the tables of the installer's guide. */
import { type Sheet, svgSheet } from "#scripts/handbook/drawing/sheet.ts";
import { installerErrors, welderErrors } from "#scripts/handbook/errorTables.ts";
import { folderTable } from "#scripts/handbook/folderTable.ts";
import { lampTable } from "#scripts/handbook/lampTable.ts";
import { faultTable, selfTestTable } from "#scripts/handbook/selfTestTables.ts";
import { BUS, FLASHING } from "#scripts/handbook/sheets/bus.ts";
import { BUTTONS_AND_LAMPS } from "#scripts/handbook/sheets/buttons.ts";
import { EMERGENCY_STOP, MIRROR_CONTACT } from "#scripts/handbook/sheets/control.ts";
import { DJSF1352, PZEM_017 } from "#scripts/handbook/sheets/foreign.ts";
import { SINGLE_PHASE, THREE_PHASE } from "#scripts/handbook/sheets/primary.ts";
import { AC_TRANSFORMER, DC_HALL, DC_SHUNT } from "#scripts/handbook/sheets/secondary.ts";

/** In the order of their numbers. */
const SHEETS: readonly Sheet[] = [
  SINGLE_PHASE,
  THREE_PHASE,
  DC_SHUNT,
  DC_HALL,
  AC_TRANSFORMER,
  MIRROR_CONTACT,
  EMERGENCY_STOP,
  BUTTONS_AND_LAMPS,
  BUS,
  PZEM_017,
  DJSF1352,
  FLASHING,
];

const DIAGRAMS_FOLDER = "scripts/handbook/diagrams";

/** Paths below the repository's root, and the SVG that belongs there. */
export function diagrams(): ReadonlyMap<string, string> {
  return new Map(SHEETS.map((sheet, index) => [`${DIAGRAMS_FOLDER}/${sheet.name}.svg`, svgSheet(sheet, index + 1)]));
}

/** By the names of their markers in scripts/README.zh.md. */
export function handbookTables(): Readonly<Record<string, string>> {
  return {
    wiring: gallery(),
    folder: folderTable(),
    lamps: lampTable(),
    selfTest: selfTestTable(),
    faults: faultTable(),
    installer: installerErrors(),
    welder: welderErrors(),
  };
}

function gallery(): string {
  return SHEETS.map(({ name, zh, en }, index) => `**图 ${index + 1}　${zh}** ${en}\n\n![${zh}](handbook/diagrams/${name}.svg)`).join(
    "\n\n",
  );
}

import { SCANNER_MODELS } from "#protocol/scanner/catalogue.ts";
import type { ScannerModel } from "#protocol/scanner/model.ts";
import { lineText } from "#scripts/spec/lineText.ts";
import { markdownTable } from "#scripts/spec/markers.ts";

/** What is said to each scanner module and what it answers, byte for byte. */
export function scannerTables(): string {
  return Object.values(SCANNER_MODELS).map(modelTable).join("\n\n");
}

function modelTable(model: ScannerModel): string {
  const facts = [`Source: ${model.source}.`, `Leaves the factory at ${lineText(model.line)}.`];
  if (model.wake) facts.push(`Woken by ${hex(model.wake.bytes)}, ${model.wake.pauseMs} ms before each command.`);
  const rows = [
    ...model.configure.map((command) => [command.name, "after opening", hex(command.bytes), command.en, command.zh]),
    ...model.arm.map((command) => [
      command.name,
      `after each code and every ${model.armedMs} ms`,
      hex(command.bytes),
      command.en,
      command.zh,
    ]),
    ...(model.stop ? [[model.stop.name, "when nobody listens", hex(model.stop.bytes), model.stop.en, model.stop.zh]] : []),
    ...model.answers.map(({ means, bytes }) => [
      means,
      "its answer",
      hex(bytes),
      means === "done" ? "Done" : "Refused",
      means === "done" ? "成功" : "拒绝",
    ]),
  ];
  if (rows.length === 0) facts.push("It is told nothing and answers nothing.");
  const table = rows.length === 0 ? "" : `\n\n${markdownTable(["Name", "When", "Bytes", "Meaning", "中文"], rows)}`;
  return `### ${model.name}\n\n${facts.join(" ")}${table}`;
}

function hex(bytes: Uint8Array): string {
  const digits = [...bytes].map((byte) => byte.toString(16).toUpperCase().padStart(2, "0"));
  return `\`${digits.join(" ")}\``;
}

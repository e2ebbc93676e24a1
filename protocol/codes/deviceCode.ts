/** The device code: one for each machine, on its label, in its chip and in every message. Its layout is the profile's. */
import { latestDivision } from "#protocol/codes/gb2260.ts";
import { isFamilyLetter } from "#protocol/codes/gbt10249.ts";
import { checkCharacters, hasValidCheck, ISO7064 } from "#protocol/codes/iso7064.ts";
import { shown } from "#protocol/codes/shown.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { DeviceCodeLayout } from "#protocol/profile/schema.ts";

/** Values of the layout's fields, each as long as the layout says. */
export interface DeviceCodeParts {
  /** GB/T 2260, county level; a machine keeps the code of its registration when the division's is retired. */
  readonly division: string;
  /** Family letter of the machine's GB/T 10249 designation. */
  readonly process: string;
  readonly maker: string;
  readonly serial: string;
}

export interface DeviceCode extends DeviceCodeParts {
  readonly code: string;
}

type LayoutPart = DeviceCodeLayout["fields"][number];

/** The code of a machine. Errors: `codes.badDeviceCode`, which names the field, and `codes.unknownDivision`. */
export function buildDeviceCode(parts: DeviceCodeParts, layout: DeviceCodeLayout): string {
  const values = layout.fields.map((part) => ("field" in part ? parts[part.field] : part.constant));
  for (const [at, part] of layout.fields.entries()) checkPart(part, values[at] ?? "");
  const payload = values.join("");
  return payload + checkCharacters(layout.check, payload);
}

/** Takes a code apart. Errors: `codes.badDeviceCode`, `codes.unknownDivision`, `codes.badDeviceCheck`. */
export function parseDeviceCode(text: string, layout: DeviceCodeLayout): DeviceCode {
  const parts = { division: "", process: "", maker: "", serial: "" };
  let at = 0;
  for (const part of layout.fields) {
    const value = text.slice(at, at + lengthOf(part));
    checkPart(part, value);
    if ("field" in part) parts[part.field] = value;
    at += value.length;
  }
  if (text.length !== at + ISO7064[layout.check].checkLength) throw new CodedError("codes.badDeviceCode", `${shown(text)}: length`);
  if (!hasValidCheck(layout.check, text)) throw new CodedError("codes.badDeviceCheck", shown(text));
  return { code: text, ...parts };
}

function lengthOf(part: LayoutPart): number {
  return "field" in part ? part.length : part.constant.length;
}

function checkPart(part: LayoutPart, value: string): void {
  if (!("field" in part)) {
    if (value !== part.constant) throw new CodedError("codes.badDeviceCode", `${shown(value)} in place of ${part.constant}`);
    return;
  }
  const isWellFormed = value.length === part.length && Array.from(value).every((character) => part.characters.includes(character));
  if (!isWellFormed) throw new CodedError("codes.badDeviceCode", `${part.field} ${part.zh}: ${shown(value)}`);
  if (part.table === "GB/T 2260" && latestDivision(value)?.level !== "county") throw new CodedError("codes.unknownDivision", shown(value));
  if (part.table === "GB/T 10249" && !isFamilyLetter(value)) {
    throw new CodedError("codes.badDeviceCode", `${part.field} ${part.zh}: ${shown(value)}`);
  }
}

/** Our reading of the provincial specification, loaded and checked, and what is looked up in it. */
import type { z } from "zod";
import { ISO7064 } from "#protocol/codes/iso7064.ts";
import { shown } from "#protocol/codes/shown.ts";
import type { CategoryId } from "#protocol/codes/workCategories.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { DICTIONARY } from "#protocol/events/dictionary.ts";
import { type DeviceCodeLayout, Profile } from "#protocol/profile/schema.ts";
import shandong from "#protocol/profile/shandong.json" with { type: "json" };

/** The chip's register and the wire's schemas hold a device code of so many characters. */
const DEVICE_CODE_LENGTH = 20;

/** Checks a profile's data. Errors: `codes.badProfile`, whose detail begins with the path. */
export function loadProfile(data: unknown): Profile {
  const result = Profile.safeParse(data);
  if (!result.success) throw new CodedError("codes.badProfile", firstIssue(result.error));
  checkLayout(result.data.deviceCode);
  checkWarnings(result.data.warnings);
  return result.data;
}

/** The profile in force, checked when this file is loaded. */
export const SHANDONG_PROFILE: Profile = loadProfile(shandong);

function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  return `${issue?.path.join(".") || "(top)"}: ${issue?.message.slice(0, 200)}`;
}

function checkLayout(layout: DeviceCodeLayout): void {
  const { payload, checkLength } = ISO7064[layout.check];
  let length = checkLength as number;
  for (const [at, part] of layout.fields.entries()) {
    const characters = "constant" in part ? part.constant : part.characters;
    const stray = Array.from(characters).find((character) => !payload.includes(character));
    if (stray) throw new CodedError("codes.badProfile", `deviceCode.fields.${at}: ${layout.check} cannot check ${stray}`);
    length += "constant" in part ? part.constant.length : part.length;
  }
  if (length !== DEVICE_CODE_LENGTH) {
    throw new CodedError("codes.badProfile", `deviceCode.fields: ${length} characters with the check, not ${DEVICE_CODE_LENGTH}`);
  }
}

/** Each of the dictionary's six warnings must have its number, and nothing else. */
function checkWarnings(warnings: Profile["warnings"]): void {
  const expected = Object.values(DICTIONARY).flatMap((entry) => ("platformWarning" in entry ? [entry.kind as number] : []));
  for (const [at, { kind, number }] of warnings.entries()) {
    const path = `warnings.${at}`;
    if (!expected.includes(kind)) {
      throw new CodedError("codes.badProfile", `${path}.kind: ${kind} is no platform warning of the dictionary`);
    }
    const first = warnings.findIndex((other) => other.kind === kind || other.number === number);
    if (first !== at) throw new CodedError("codes.badProfile", `${path}: the kind or the number stands in warnings.${first} already`);
  }
}

/** The platform's number for an event kind, where it is one of its six warnings. */
export function platformWarningNumber(profile: Profile, kind: number): string | undefined {
  return profile.warnings.find((warning) => warning.kind === kind)?.number;
}

/** A category from another portal's number. Errors: `codes.unknownCategory`. */
export function categoryOfPortal(profile: Profile, portal: string, number: string): CategoryId {
  const numbers = profile.categories.portals.find((entry) => entry.portal === portal)?.numbers ?? {};
  const category = Object.hasOwn(numbers, number) ? numbers[number] : undefined;
  if (!category) throw new CodedError("codes.unknownCategory", `${shown(portal)} ${shown(number)}`);
  return category;
}

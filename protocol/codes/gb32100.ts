/** GB 32100 unified social credit code: authority 1 · type 1 · division 6 · organisation 9 (GB 11714) · check 1. */
import { shown } from "#protocol/codes/shown.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

/** A character's value is its place; I, O, S, V and Z are not used. */
const CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const FORM = /^([0-9A-HJ-NPQRTUWXY])([0-9A-HJ-NPQRTUWXY])([0-9]{6})([0-9A-HJ-NPQRTUWXY]{9})([0-9A-HJ-NPQRTUWXY])$/;
const ORGANISATION_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2] as const;

export interface CreditCode {
  readonly authority: string;
  readonly type: string;
  readonly division: string;
  readonly organisation: string;
}

/** Check character of the first 17: weight i is 3^(i−1) mod 31. Errors: `codes.badCreditCode`. */
export function creditCodeCheck(first17: string): string {
  if (first17.length !== 17) throw new CodedError("codes.badCreditCode", "17 characters come before the check");
  let weight = 1;
  let sum = 0;
  for (const character of first17) {
    const value = CHARACTERS.indexOf(character);
    if (value < 0) throw new CodedError("codes.badCreditCode", `${shown(character)} is not used in it`);
    sum += value * weight;
    weight = (weight * 3) % 31;
  }
  return CHARACTERS.charAt((31 - (sum % 31)) % 31);
}

/** Takes a credit code apart. Errors: `codes.badCreditCode`. */
export function parseCreditCode(text: string): CreditCode {
  const [whole, authority, type, division, organisation, check] = FORM.exec(text) ?? [];
  if (!whole || !authority || !type || !division || !organisation) throw new CodedError("codes.badCreditCode", shown(text));
  if (creditCodeCheck(whole.slice(0, 17)) !== check) throw new CodedError("codes.badCreditCode", "the check character does not fit");
  return { authority, type, division, organisation };
}

/**
 * Whether characters 9–17 carry the check of GB 11714 (weights 3, 7, 9, 10, 5, 8, 4, 2; MOD 11; 10 is X).
 * Not compared with the standard's text, and codes without it are known: a hint for whoever enters one, never a reason to refuse.
 */
export function hasOrganisationCheck(organisation: string): boolean {
  if (!/^[0-9A-Z]{8}[0-9X]$/.test(organisation)) return false;
  const sum = ORGANISATION_WEIGHTS.reduce((total, weight, at) => total + weight * Number.parseInt(organisation.charAt(at), 36), 0);
  return "0X987654321".charAt(sum % 11) === organisation.charAt(8);
}

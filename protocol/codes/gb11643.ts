/**
 * GB 11643 citizen's ID number: division 6 · birth date 8 · sequence 3 · check 1 (ISO 7064 MOD 11-2).
 * It is personal data: no error here repeats it, and no device may keep it.
 */
import { checkCharacters } from "#protocol/codes/iso7064.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

const FORM = /^([1-9][0-9]{5})([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{3})[0-9X]$/;

export interface IdNumber {
  readonly division: string;
  readonly birthYear: number;
  readonly birthMonth: number;
  readonly birthDay: number;
  readonly sequence: string;
}

/** Check character of the first 17 digits. Errors: `codes.badIdNumber`. */
export function idNumberCheck(first17: string): string {
  if (!/^[0-9]{17}$/.test(first17)) throw new CodedError("codes.badIdNumber", "17 digits come before the check");
  return checkCharacters("MOD 11-2", first17);
}

/** Takes an ID number apart. Errors: `codes.badIdNumber`. */
export function parseIdNumber(text: string): IdNumber {
  const [whole, division, year, month, day, sequence] = FORM.exec(text) ?? [];
  if (!whole || !division || !sequence) throw new CodedError("codes.badIdNumber", "17 digits and a digit or X");
  const birth = { birthYear: Number(year), birthMonth: Number(month), birthDay: Number(day) };
  if (!isCalendarDay(birth.birthYear, birth.birthMonth, birth.birthDay)) throw new CodedError("codes.badIdNumber", "no such day of birth");
  if (idNumberCheck(whole.slice(0, 17)) !== whole.charAt(17)) throw new CodedError("codes.badIdNumber", "the check character does not fit");
  return { division, ...birth, sequence };
}

function isCalendarDay(year: number, month: number, day: number): boolean {
  const isLeapYear = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const daysInMonth = [31, isLeapYear ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  return day >= 1 && day <= daysInMonth;
}

import type { CodedError } from "#protocol/errors/codedError.ts";
import { ERRORS, type ErrorCode } from "#protocol/errors/registry.ts";

/** The code at the beginning of a CodedError's message, or of any other text. */
export function codeIn(text: string): ErrorCode | undefined {
  const code = /^[a-z]+\.[a-zA-Z]+/.exec(text)?.[0] ?? "";
  return Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : undefined;
}

/** For people at a command line: the code, then in both languages what is wrong, what was seen, and the remedy. */
export function explain({ code, detail }: CodedError): string {
  const { en, zh, remedyEn, remedyZh } = ERRORS[code];
  const seen = detail ? ` (${detail})` : "";
  return `${code}\n  ${zh}${seen}。${remedyZh}\n  ${en}${seen}. ${remedyEn}`;
}

import type { CodedError } from "#protocol/errors/codedError.ts";
import { ERRORS } from "#protocol/errors/registry.ts";

/** For people at a command line: the code, then in both languages what is wrong, what was seen, and the remedy. */
export function explain({ code, detail }: CodedError): string {
  const { en, zh, remedyEn, remedyZh } = ERRORS[code];
  const seen = detail ? ` (${detail})` : "";
  return `${code}\n  ${zh}${seen}。${remedyZh}\n  ${en}${seen}. ${remedyEn}`;
}

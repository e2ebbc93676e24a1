import { ERRORS, type ErrorCode } from "#protocol/errors/registry.ts";

/** Every refusal of bad input and every fault that people meet: a code of the registry and what was seen. */
export class CodedError extends Error {
  readonly code: ErrorCode;
  readonly detail: string;

  constructor(code: ErrorCode, detail = "", options?: ErrorOptions) {
    super(`${code}: ${ERRORS[code].en}${detail ? ` (${detail})` : ""}`, options);
    this.name = "CodedError";
    this.code = code;
    this.detail = detail;
  }
}

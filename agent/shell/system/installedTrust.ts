import { readFileSync } from "node:fs";
import { CodedError } from "#protocol/errors/codedError.ts";

/** The content of `trust.json`, for `readTrustFile`. Throws `trust.badKey` for a file that is not there, or no JSON. */
export function readTrustJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new CodedError("trust.badKey", file, { cause });
  }
}

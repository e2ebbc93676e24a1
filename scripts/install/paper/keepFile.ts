import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { CodedError } from "#protocol/errors/codedError.ts";

/** The whole file or the one before: whatever stops the writing, no half of it is printed. Makes its folder. Throws `label.notWritten`. */
export function keepFile(path: string, content: Uint8Array | string): void {
  const unfinished = `${path}.part`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(unfinished, content);
    renameSync(unfinished, path);
  } catch (cause) {
    throw new CodedError("label.notWritten", cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

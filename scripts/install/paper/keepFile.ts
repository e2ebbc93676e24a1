import { renameSync, writeFileSync } from "node:fs";

/** The whole file or the one before: whatever stops the writing, no half of it is printed. */
export function keepFile(path: string, content: Uint8Array | string): void {
  const unfinished = `${path}.part`;
  writeFileSync(unfinished, content);
  renameSync(unfinished, path);
}

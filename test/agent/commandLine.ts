/** The agent's command line, run as an installer runs it. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { build } from "#scripts/build.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The program's single file, made once for all stories of a test file. */
export const BUNDLED: Promise<string> = build();

export interface Outcome {
  code: number;
  out: string;
  err: string;
}

/** Ends by itself, or the test's own limit ends it. */
export function runCommand(command: string, argv: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(command, argv, { cwd: ROOT, timeout: 60_000 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : -1, out, err });
    });
  });
}

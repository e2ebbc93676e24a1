import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ReplayResult } from "#simulator/replay/result.ts";

const SIMULATOR = fileURLToPath(new URL("../../simulator/main.ts", import.meta.url));
const ENDS_WITHIN_MS = 55_000;

interface Run {
  code: number;
  stdout: string;
  stderr: string;
}

/** `npm run sim -- replay …`, without npm. */
export function runReplayProcess(argv: readonly string[]): Promise<Run> {
  return new Promise((resolve) => {
    const all = ["--import", import.meta.resolve("tsx"), SIMULATOR, "replay", ...argv];
    const child = execFile(process.execPath, all, { timeout: ENDS_WITHIN_MS, maxBuffer: 1 << 24 }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

/** The last line, as others read it. */
export function resultIn({ stdout, stderr, code }: Run): ReplayResult {
  const last = stdout.trimEnd().split("\n").at(-1) ?? "";
  if (code !== 0) throw new Error(`exit code ${code}: ${stderr}`);
  return JSON.parse(last) as ReplayResult;
}

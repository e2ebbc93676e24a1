/**
 * What is durable of an update: which release runs, and whether it has still to show that it works. One small file, written by the
 * launcher and by the agent that it started, which are one process. What is staged is not in it: a folder that is there is staged.
 */
import type { ErrorCode } from "#protocol/errors/registry.ts";
import { compareVersions, RELEASE_VERSION } from "#protocol/release/version.ts";

/** Null: the program as it was installed, beside the launcher. */
export type Running = string | null;

/** What came to nothing: neither it nor anything older is tried again. `told`: it is on record. */
export interface FailedUpdate {
  readonly version: string;
  /** Of the registry of the program that wrote it. */
  readonly code: string;
  readonly told: boolean;
}

export type Pointer =
  | { readonly at: "confirmed"; readonly running: Running; readonly failed: FailedUpdate | null }
  | {
      readonly at: "onProbation";
      readonly running: string;
      readonly previous: Running;
      /** Starts so far. */
      readonly attempts: number;
      /** Machines that answered before the switch: they must answer again. */
      readonly answered: readonly string[];
      readonly failed: FailedUpdate | null;
    };

export const INSTALLED: Pointer = { at: "confirmed", running: null, failed: null };

/** With every attempt the interlock is out for a start: three fit into a lease when the release throws at once. */
const ATTEMPTS_MAX = 3;
const ANSWERED_MAX = 256;
const CODE = /^[a-z]+\.[a-zA-Z]{1,32}$/;

const NOT_STARTED: ErrorCode = "update.notStarted";

/**
 * The launcher's step: the attempt is counted before it is made; after the third the release before runs again. A program that was
 * installed by hand since, and is no older, takes the place of the release.
 */
export function launched(pointer: Pointer, installed: string): Pointer {
  const { running, failed } = pointer;
  if (running !== null && compareVersions(running, installed) <= 0) return { at: "confirmed", running: null, failed };
  if (pointer.at === "confirmed") return pointer;
  if (pointer.attempts >= ATTEMPTS_MAX) return takenBack(pointer);
  return { ...pointer, attempts: pointer.attempts + 1 };
}

/** What should run cannot be started at all, or not be counted: the one before, and in the end what is installed. */
export function takenBack(pointer: Pointer): Pointer {
  const { running, failed } = pointer;
  const previous = pointer.at === "onProbation" ? pointer.previous : null;
  return {
    at: "confirmed",
    running: previous,
    failed: running === null ? failed : { version: running, code: NOT_STARTED, told: false },
  };
}

/** The next start is the new release's. Only who is confirmed can be fallen back to. */
export function switched(pointer: Pointer, version: string, answered: readonly string[]): Pointer {
  if (pointer.at !== "confirmed") return pointer;
  const { running: previous, failed } = pointer;
  return { at: "onProbation", running: version, previous, attempts: 0, answered: answered.slice(0, ANSWERED_MAX), failed };
}

export function confirmed(pointer: Pointer): Pointer {
  return { at: "confirmed", running: pointer.running, failed: pointer.failed };
}

/** A staged release that cannot be switched to, which is on record. */
export function refused(pointer: Pointer, version: string, code: ErrorCode): Pointer {
  return { ...pointer, failed: { version, code, told: true } };
}

export function told(pointer: Pointer): Pointer {
  return pointer.failed ? { ...pointer, failed: { ...pointer.failed, told: true } } : pointer;
}

/** What a release must be newer than. `own`: the version of the program that asks. */
export function newestTried({ running, failed }: Pointer, own: string): string {
  return [running ?? own, failed?.version ?? own].reduce(newer, own);
}

/** Of what is staged, what is to be switched to; null: nothing. */
export function candidate(pointer: Pointer, staged: readonly string[], own: string): string | null {
  const floor = newestTried(pointer, own);
  const newest = staged.reduce(newer, floor);
  return newest === floor ? null : newest;
}

/** What of the releases on the disk is still of use: at most three. */
export function kept(pointer: Pointer, staged: readonly string[], own: string): string[] {
  const previous = pointer.at === "onProbation" ? pointer.previous : null;
  return [pointer.running, previous, candidate(pointer, staged, own)].flatMap((version) => version ?? []);
}

/** Null for what this program does not write: then the installed program runs. */
export function parsePointer(text: string): Pointer | null {
  const value = jsonOf(text);
  if (!isObject(value) || !isRunning(value.running)) return null;
  const failed = value.failed === null ? null : failedOf(value.failed);
  if (failed === undefined) return null;
  if (value.at === "confirmed") return { at: "confirmed", running: value.running, failed };
  const { at, running, previous, attempts, answered } = value;
  if (at !== "onProbation" || running === null || !isRunning(previous) || !isCount(attempts) || !isTexts(answered)) return null;
  return { at, running, previous, attempts, answered, failed };
}

function newer(left: string, right: string): string {
  return compareVersions(left, right) < 0 ? right : left;
}

function failedOf(value: unknown): FailedUpdate | undefined {
  if (!isObject(value)) return undefined;
  const { version, code, told } = value;
  return isVersion(version) && typeof code === "string" && CODE.test(code) && typeof told === "boolean"
    ? { version, code, told }
    : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function isVersion(value: unknown): value is string {
  return typeof value === "string" && RELEASE_VERSION.test(value);
}

function isRunning(value: unknown): value is Running {
  return value === null || isVersion(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

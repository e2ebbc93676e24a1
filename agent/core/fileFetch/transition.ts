/** The pure state machine of fetching: one request is under way at a time; what is on disk is never asked for again. */

import { changeFile, changeFiles, isOvertaken, keptOf, nextWanted } from "#agent/core/fileFetch/files.ts";
import {
  ANSWER_MS,
  CHUNK_BYTES,
  FAILURES_ALLOWED,
  type FetchEffect,
  type FetchInput,
  type FetchNow,
  type FetchStep,
  FILE_SIZES,
  FIRST_RETRY_MS,
  type FileFetch,
  type FileName,
  type FileTarget,
  LONGEST_RETRY_MS,
  SPREAD_MS,
} from "#agent/core/fileFetch/state.ts";

interface FetchChange {
  readonly fetch: FileFetch;
  readonly effects: readonly FetchEffect[];
}

type Input<T extends FetchInput["type"]> = Extract<FetchInput, { type: T }>;

export function stepFileFetch(fetch: FileFetch, input: FetchInput, now: FetchNow): FetchChange {
  switch (input.type) {
    case "online":
      return goOn(
        changeFiles({ ...fetch, online: true }, () => true, { wanted: true, misses: 0 }),
        now,
      );
    case "offline":
      return isAwaited(fetch.step) ? miss({ ...fetch, online: false }, now) : unchanged({ ...fetch, online: false });
    case "refresh":
      return refresh(fetch, input, now);
    case "tick":
      return tick(fetch, now);
    case "reply":
      return reply(fetch, input, now);
    case "prepared":
      return fetch.step.at === "preparing" ? continueAt(fetch, fetch.step.target, input.offset, now) : unchanged(fetch);
    case "chunk":
      return chunk(fetch, input, now);
    case "activated":
      return activated(fetch, input, now);
    case "failed":
      return failed(fetch, input, now);
    case "held": {
      const held = changeFiles(fetch, ({ kind }) => kind === input.kind, {
        have: input.have,
        ...(input.have === 0 ? { wanted: true } : {}),
      });
      return held.online && held.step.at === "idle" ? askNext(held, now) : unchanged(held);
    }
  }
}

/** Asks at once unless a transfer is under way. */
function goOn(fetch: FileFetch, now: FetchNow): FetchChange {
  return fetch.online && (fetch.step.at === "idle" || fetch.step.at === "waiting") ? askNext(fetch, now) : unchanged(fetch);
}

function refresh(fetch: FileFetch, { kinds, device, spread }: Input<"refresh">, now: FetchNow): FetchChange {
  const isMeant = (file: FileName) => kinds.includes(file.kind) && (file.kind !== "policy" || file.device === device);
  if (!fetch.files.some(isMeant)) return unchanged(fetch);
  const wanting = changeFiles(fetch, isMeant, { wanted: true, misses: 0, failed: null });
  const { step } = wanting;
  if (!spread || !wanting.online || (step.at !== "idle" && step.at !== "waiting")) return goOn(wanting, now);
  const soonMs = now.monoMs + SPREAD_MS * now.jitter;
  return unchanged({ ...wanting, step: { at: "waiting", retryAtMs: step.at === "idle" ? soonMs : Math.min(soonMs, step.retryAtMs) } });
}

function tick(fetch: FileFetch, now: FetchNow): FetchChange {
  const { step } = fetch;
  if (!fetch.online) return unchanged(fetch);
  if (step.at === "waiting" && now.monoMs >= step.retryAtMs) return askNext(fetch, now);
  return isAwaited(step) && now.monoMs >= step.deadlineMs ? miss(fetch, now) : unchanged(fetch);
}

function reply(fetch: FileFetch, { id, kind, file }: Input<"reply">, now: FetchNow): FetchChange {
  const { step } = fetch;
  if (step.at !== "asking" || step.id !== id || step.file.kind !== kind) return unchanged(fetch);
  const kept = keptOf(fetch, step.file);
  const answered = changeFile({ ...fetch, attempt: 0 }, step.file, { misses: 0 });
  if (!kept || !file || file.version === kept.have) return askNext(answered, now);
  const { least, most } = FILE_SIZES[kind];
  const refuse = (code: "list.rollback" | "list.tooLarge" | "list.truncated", detail: string) => {
    const next = askNext(answered, now);
    return { fetch: next.fetch, effects: [{ type: "refused", kind, code, detail } as const, ...next.effects] };
  };
  if (file.version < kept.have) return refuse("list.rollback", `version ${file.version} after ${kept.have}`);
  if (file.size > most) return refuse("list.tooLarge", `${file.size} bytes`);
  if (file.size < least) return refuse("list.truncated", `${file.size} bytes`);
  const target: FileTarget = { ...step.file, ...file };
  if (failuresOf(fetch, target) >= FAILURES_ALLOWED) return askNext(answered, now);
  return { fetch: { ...answered, step: { at: "preparing", target } }, effects: [{ type: "prepare", target }] };
}

function chunk(fetch: FileFetch, input: Input<"chunk">, now: FetchNow): FetchChange {
  const { step } = fetch;
  if (step.at !== "fetching" || step.id !== input.id) return unchanged(fetch);
  const { target, offset } = step;
  const due = Math.min(CHUNK_BYTES, target.size - offset);
  const isRight = input.kind === target.kind && input.version === target.version && input.offset === offset && input.data.length === due;
  if (!isRight) return miss(fetch, now);
  const next = continueAt(changeFile({ ...fetch, attempt: 0 }, target, { misses: 0 }), target, offset + due, now);
  return { fetch: next.fetch, effects: [{ type: "write", target, offset, data: input.data }, ...next.effects] };
}

/** Asks for the next piece, or hands over what is complete. A smaller file that became wanted goes first; what is here stays. */
function continueAt(fetch: FileFetch, target: FileTarget, offset: number, now: FetchNow): FetchChange {
  if (offset >= target.size) return { fetch: { ...fetch, step: { at: "activating", target } }, effects: [{ type: "activate", target }] };
  if (!fetch.online) return wait(changeFile(fetch, target, { wanted: true }), now);
  if (isOvertaken(fetch, target)) return askNext(changeFile(fetch, target, { wanted: true }), now);
  const { kind, device, version } = target;
  const id = requestId(fetch);
  const step: FetchStep = { at: "fetching", target, offset, id, deadlineMs: now.monoMs + ANSWER_MS };
  const length = Math.min(CHUNK_BYTES, target.size - offset);
  return {
    fetch: { ...fetch, requests: fetch.requests + 1, step },
    effects: [{ type: "send", device, request: { v: 1, id, want: "fileChunk", kind, version, offset, length } }],
  };
}

function activated(fetch: FileFetch, { version }: Input<"activated">, now: FetchNow): FetchChange {
  if (fetch.step.at !== "activating") return unchanged(fetch);
  return askNext(changeFile({ ...fetch, attempt: 0 }, fetch.step.target, { have: version, failed: null }), now);
}

/** The file did not hold what was promised, or the disk did not take it: once more from the start, then leave it alone. */
function failed(fetch: FileFetch, { code }: Input<"failed">, now: FetchNow): FetchChange {
  const { step } = fetch;
  if (step.at !== "preparing" && step.at !== "fetching" && step.at !== "activating") return unchanged(fetch);
  const { target } = step;
  const times = failuresOf(fetch, target) + 1;
  const again = times < FAILURES_ALLOWED;
  const lacksOverlay = code === "list.noOverlay";
  const asked = lacksOverlay ? changeFiles(fetch, ({ kind }) => kind === "overlay", { wanted: true }) : fetch;
  const noted = changeFile(asked, target, { failed: { sha256: target.sha256, times }, ...(again ? { wanted: true } : {}) });
  const next = again ? wait(noted, now) : askNext(noted, now);
  const refused: FetchEffect = { type: "refused", kind: target.kind, code, detail: `version ${target.version}` };
  // A base that only lacks its overlay is good: it waits on the disk.
  const discarded: FetchEffect[] = lacksOverlay ? [] : [{ type: "discard", target }];
  return { fetch: next.fetch, effects: [...discarded, refused, ...next.effects] };
}

/** Asks for what is wanted next, or rests. */
function askNext(fetch: FileFetch, now: FetchNow): FetchChange {
  const file = nextWanted(fetch);
  if (!file) return unchanged({ ...fetch, step: { at: "idle" } });
  if (!fetch.online) return wait(fetch, now);
  const { kind, device, have } = file;
  const id = requestId(fetch);
  const step: FetchStep = { at: "asking", file: { kind, device }, id, deadlineMs: now.monoMs + ANSWER_MS };
  return {
    fetch: { ...changeFile(fetch, file, { wanted: false }), requests: fetch.requests + 1, step },
    effects: [{ type: "send", device, request: { v: 1, id, want: "file", kind, have } }],
  };
}

/** No answer, or a wrong one. */
function miss(fetch: FileFetch, now: FetchNow): FetchChange {
  const { step } = fetch;
  if (!isAwaited(step)) return unchanged(fetch);
  const name = step.at === "asking" ? step.file : step.target;
  return wait(changeFile(fetch, name, { wanted: true, misses: (keptOf(fetch, name)?.misses ?? 0) + 1 }), now);
}

/** Doubling, with half of it random. */
function wait(fetch: FileFetch, now: FetchNow): FetchChange {
  const longest = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(fetch.attempt, 16));
  const retryAtMs = now.monoMs + longest * (0.5 + 0.5 * now.jitter);
  return unchanged({ ...fetch, attempt: fetch.attempt + 1, step: { at: "waiting", retryAtMs } });
}

function isAwaited(step: FetchStep): step is Extract<FetchStep, { at: "asking" | "fetching" }> {
  return step.at === "asking" || step.at === "fetching";
}

function failuresOf(fetch: FileFetch, target: FileTarget): number {
  const noted = keptOf(fetch, target)?.failed;
  return noted?.sha256 === target.sha256 ? noted.times : 0;
}

function requestId({ requests }: FileFetch): string {
  return `file-${requests + 1}`;
}

function unchanged(fetch: FileFetch): FetchChange {
  return { fetch, effects: [] };
}

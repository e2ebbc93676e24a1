/** The pure state machine of fetching: one request is under way at a time; what is on disk is never asked for again. */
import {
  ANSWER_MS,
  CHUNK_BYTES,
  FAILURES_ALLOWED,
  type FetchEffect,
  type FetchInput,
  type FetchNow,
  type FetchStep,
  FIRST_RETRY_MS,
  type ListFetch,
  type ListTarget,
  LONGEST_RETRY_MS,
} from "#agent/core/listFetch/state.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";
import { HEADER_BYTES, LIST_MAX_BYTES } from "#protocol/list/layout.ts";

interface FetchChange {
  readonly fetch: ListFetch;
  readonly effects: readonly FetchEffect[];
}

type Input<T extends FetchInput["type"]> = Extract<FetchInput, { type: T }>;

export function stepListFetch(fetch: ListFetch, input: FetchInput, now: FetchNow): FetchChange {
  switch (input.type) {
    case "online":
      return wentOnline({ ...fetch, online: true }, now);
    case "offline":
      return wentOffline({ ...fetch, online: false }, now);
    case "refresh":
      return refresh({ ...fetch, failed: null }, now);
    case "tick":
      return tick(fetch, now);
    case "reply":
      return reply(fetch, input);
    case "prepared":
      return fetch.step.at === "preparing" ? continueAt(fetch, fetch.step.target, input.offset, now) : unchanged(fetch);
    case "chunk":
      return chunk(fetch, input, now);
    case "activated":
      return fetch.step.at === "activating"
        ? { fetch: { ...fetch, have: input.version, attempt: 0, failed: null, step: { at: "idle" } }, effects: [] }
        : unchanged(fetch);
    case "failed":
      return failed(fetch, input.code, now);
  }
}

function wentOnline(fetch: ListFetch, now: FetchNow): FetchChange {
  return fetch.step.at === "idle" || fetch.step.at === "waiting" ? ask(fetch, now) : unchanged(fetch);
}

function wentOffline(fetch: ListFetch, now: FetchNow): FetchChange {
  return fetch.step.at === "asking" || fetch.step.at === "fetching" ? wait(fetch, now) : unchanged(fetch);
}

function refresh(fetch: ListFetch, now: FetchNow): FetchChange {
  if (fetch.step.at !== "idle" && fetch.step.at !== "waiting") return unchanged(fetch);
  return fetch.online ? ask(fetch, now) : unchanged(fetch);
}

function tick(fetch: ListFetch, now: FetchNow): FetchChange {
  const { step } = fetch;
  if (!fetch.online) return unchanged(fetch);
  if (step.at === "waiting" && now.monoMs >= step.retryAtMs) return ask(fetch, now);
  if ((step.at === "asking" || step.at === "fetching") && now.monoMs >= step.deadlineMs) return wait(fetch, now);
  return unchanged(fetch);
}

function reply(fetch: ListFetch, { id, list }: Input<"reply">): FetchChange {
  if (fetch.step.at !== "asking" || fetch.step.id !== id) return unchanged(fetch);
  const idle: ListFetch = { ...fetch, attempt: 0, step: { at: "idle" } };
  if (!list || list.version === fetch.have) return unchanged(idle);
  if (list.version < fetch.have) return refuse(idle, "list.rollback", `version ${list.version} after ${fetch.have}`);
  if (list.size > LIST_MAX_BYTES) return refuse(idle, "list.tooLarge", `${list.size} bytes`);
  if (list.size < HEADER_BYTES) return refuse(idle, "list.truncated", `${list.size} bytes`);
  if (failuresOf(fetch, list) >= FAILURES_ALLOWED) return unchanged(idle);
  return { fetch: { ...fetch, step: { at: "preparing", target: list } }, effects: [{ type: "prepare", target: list }] };
}

function chunk(fetch: ListFetch, input: Input<"chunk">, now: FetchNow): FetchChange {
  const { step } = fetch;
  if (step.at !== "fetching" || step.id !== input.id) return unchanged(fetch);
  const { target, offset } = step;
  const due = Math.min(CHUNK_BYTES, target.size - offset);
  if (input.version !== target.version || input.offset !== offset || input.data.length !== due) return wait(fetch, now);
  const next = continueAt({ ...fetch, attempt: 0 }, target, offset + due, now);
  return { fetch: next.fetch, effects: [{ type: "write", target, offset, data: input.data }, ...next.effects] };
}

/** Asks for the next piece, or hands over what is complete. */
function continueAt(fetch: ListFetch, target: ListTarget, offset: number, now: FetchNow): FetchChange {
  if (offset >= target.size) return { fetch: { ...fetch, step: { at: "activating", target } }, effects: [{ type: "activate", target }] };
  if (!fetch.online) return wait(fetch, now);
  const id = requestId(fetch);
  const step: FetchStep = { at: "fetching", target, offset, id, deadlineMs: now.monoMs + ANSWER_MS };
  const length = Math.min(CHUNK_BYTES, target.size - offset);
  return {
    fetch: { ...fetch, requests: fetch.requests + 1, step },
    effects: [{ type: "send", request: { v: 1, id, want: "listChunk", version: target.version, offset, length } }],
  };
}

/** The file did not hold what was promised, or the disk did not take it: once more from the start, then leave it alone. */
function failed(fetch: ListFetch, code: ErrorCode, now: FetchNow): FetchChange {
  const { step } = fetch;
  if (step.at !== "preparing" && step.at !== "fetching" && step.at !== "activating") return unchanged(fetch);
  const { target } = step;
  const times = failuresOf(fetch, target) + 1;
  const noted: ListFetch = { ...fetch, failed: { sha256: target.sha256, times } };
  const next = times < FAILURES_ALLOWED ? wait(noted, now) : unchanged({ ...noted, step: { at: "idle" } });
  return {
    fetch: next.fetch,
    effects: [
      { type: "discard", target },
      { type: "refused", code, detail: `version ${target.version}` },
    ],
  };
}

function ask(fetch: ListFetch, now: FetchNow): FetchChange {
  const id = requestId(fetch);
  return {
    fetch: { ...fetch, requests: fetch.requests + 1, step: { at: "asking", id, deadlineMs: now.monoMs + ANSWER_MS } },
    effects: [{ type: "send", request: { v: 1, id, want: "list", have: fetch.have } }],
  };
}

/** Doubling, with half of it random. */
function wait(fetch: ListFetch, now: FetchNow): FetchChange {
  const longest = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(fetch.attempt, 16));
  const retryAtMs = now.monoMs + longest * (0.5 + 0.5 * now.jitter);
  return unchanged({ ...fetch, attempt: fetch.attempt + 1, step: { at: "waiting", retryAtMs } });
}

function refuse(fetch: ListFetch, code: ErrorCode, detail: string): FetchChange {
  return { fetch, effects: [{ type: "refused", code, detail }] };
}

function failuresOf({ failed: noted }: ListFetch, target: ListTarget): number {
  return noted?.sha256 === target.sha256 ? noted.times : 0;
}

function requestId({ requests }: ListFetch): string {
  return `list-${requests + 1}`;
}

function unchanged(fetch: ListFetch): FetchChange {
  return { fetch, effects: [] };
}

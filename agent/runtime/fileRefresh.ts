import {
  type FetchEffect,
  type FetchInput,
  type FileFetch,
  type FileName,
  type FileTarget,
  fetchWakeMs,
  initialFileFetch,
} from "#agent/core/fileFetch/state.ts";
import { stepFileFetch } from "#agent/core/fileFetch/transition.ts";
import type { After, Clock } from "#agent/ports.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";
import type { FileKind, Request } from "#protocol/events/messages.ts";

/** Verifies a complete file of its kind and puts it in force; gives its version. Rejects with a coded error, and the old one stays. */
export type Activate = (kind: FileKind, device: string, path: string) => Promise<{ version: number }> | { version: number };

export interface FilePartPort {
  prepare(target: FileTarget): number;
  write(target: FileTarget, offset: number, data: Uint8Array): void;
  complete(target: FileTarget): Promise<string>;
  discard(target: FileTarget): void;
}

export interface FileRefreshPorts {
  clock: Clock;
  after: After;
  /** 0 to 1. */
  random(): number;
  /** What is kept up to date, with the versions held; 0 without one. */
  files: readonly (FileName & { readonly have: number })[];
  send(device: string, request: Request): Promise<void>;
  part: FilePartPort;
  activate: Activate;
  activated(target: FileTarget): void;
  refused(kind: FileKind, code: ErrorCode, detail: string): void;
}

/** Drives the fetching of files: one input at a time, effects in order. */
export class FileRefresh {
  readonly #ports: FileRefreshPorts;
  #fetch: FileFetch;
  #cancelWake: () => void = () => undefined;
  #closed = false;

  constructor(ports: FileRefreshPorts) {
    this.#ports = ports;
    this.#fetch = initialFileFetch(ports.files);
  }

  dispatch(input: FetchInput): void {
    if (this.#closed) return;
    const monoMs = this.#ports.clock.monoMs();
    const { fetch, effects } = stepFileFetch(this.#fetch, input, { monoMs, jitter: this.#ports.random() });
    this.#fetch = fetch;
    for (const effect of effects) void this.#run(effect);
    this.#arm(monoMs);
  }

  close(): void {
    this.#closed = true;
    this.#cancelWake();
  }

  #arm(monoMs: number): void {
    this.#cancelWake();
    const wakeMs = fetchWakeMs(this.#fetch);
    this.#cancelWake = () => undefined;
    if (wakeMs !== undefined) this.#cancelWake = this.#ports.after(Math.max(0, wakeMs - monoMs) + 1, () => this.dispatch({ type: "tick" }));
  }

  async #run(effect: FetchEffect): Promise<void> {
    const { part } = this.#ports;
    try {
      switch (effect.type) {
        case "send":
          // An unsent request is an unanswered one: its deadline asks again.
          await this.#ports.send(effect.device, effect.request).catch(() => undefined);
          return;
        case "prepare":
          this.dispatch({ type: "prepared", offset: part.prepare(effect.target) });
          return;
        case "write":
          part.write(effect.target, effect.offset, effect.data);
          return;
        case "activate": {
          const { target } = effect;
          const { version } = await this.#ports.activate(target.kind, target.device, await part.complete(target));
          this.#ports.activated(target);
          this.dispatch({ type: "activated", version });
          return;
        }
        case "discard":
          part.discard(effect.target);
          return;
        case "refused":
          this.#ports.refused(effect.kind, effect.code, effect.detail);
          return;
      }
    } catch (error) {
      this.dispatch({ type: "failed", code: error instanceof CodedError ? error.code : "list.badTransfer" });
    }
  }
}

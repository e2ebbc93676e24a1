import {
  type FetchEffect,
  type FetchInput,
  fetchWakeMs,
  initialListFetch,
  type ListFetch,
  type ListTarget,
} from "#agent/core/listFetch/state.ts";
import { stepListFetch } from "#agent/core/listFetch/transition.ts";
import type { Clock } from "#agent/ports.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";
import type { Request } from "#protocol/events/messages.ts";
import type { CertificateList } from "#protocol/list/certificateList.ts";

export interface ListRefreshPorts {
  clock: Clock;
  /** 0 to 1. */
  random(): number;
  /** Version in force; 0 without a list. */
  have: number;
  send(request: Request): Promise<void>;
  part: {
    prepare(target: ListTarget): number;
    write(target: ListTarget, offset: number, data: Uint8Array): void;
    complete(target: ListTarget): Promise<string>;
    discard(target: ListTarget): void;
  };
  activate(path: string): Promise<CertificateList>;
  activated(list: CertificateList): void;
  refused(code: ErrorCode, detail: string): void;
}

/** Drives the fetching of a list: one input at a time, effects in order. */
export class ListRefresh {
  readonly #ports: ListRefreshPorts;
  #fetch: ListFetch;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(ports: ListRefreshPorts) {
    this.#ports = ports;
    this.#fetch = initialListFetch(ports.have);
  }

  dispatch(input: FetchInput): void {
    if (this.#closed) return;
    const monoMs = this.#ports.clock.monoMs();
    const { fetch, effects } = stepListFetch(this.#fetch, input, { monoMs, jitter: this.#ports.random() });
    this.#fetch = fetch;
    for (const effect of effects) void this.#run(effect);
    this.#arm(monoMs);
  }

  close(): void {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  #arm(monoMs: number): void {
    if (this.#timer) clearTimeout(this.#timer);
    const wakeMs = fetchWakeMs(this.#fetch);
    this.#timer = wakeMs === undefined ? null : setTimeout(() => this.dispatch({ type: "tick" }), Math.max(0, wakeMs - monoMs) + 1);
  }

  async #run(effect: FetchEffect): Promise<void> {
    const { part } = this.#ports;
    try {
      switch (effect.type) {
        case "send":
          // An unsent request is an unanswered one: its deadline asks again.
          await this.#ports.send(effect.request).catch(() => undefined);
          return;
        case "prepare":
          this.dispatch({ type: "prepared", offset: part.prepare(effect.target) });
          return;
        case "write":
          part.write(effect.target, effect.offset, effect.data);
          return;
        case "activate": {
          const list = await this.#ports.activate(await part.complete(effect.target));
          this.#ports.activated(list);
          this.dispatch({ type: "activated", version: list.version });
          return;
        }
        case "discard":
          part.discard(effect.target);
          return;
        case "refused":
          this.#ports.refused(effect.code, effect.detail);
          return;
      }
    } catch (error) {
      this.dispatch({ type: "failed", code: error instanceof CodedError ? error.code : "list.badTransfer" });
    }
  }
}

import type { ReturnSlot } from "#agent/core/sync/retry.ts";
import type { Journal } from "#agent/ports.ts";
import type { PlatformLink } from "#agent/runtime/reporting.ts";
import type { SyncDriver } from "#agent/runtime/syncDriver.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { Lane } from "#protocol/events/event.ts";
import type { Request, State } from "#protocol/events/messages.ts";

/** Machines and the agent need the platform, and its driver needs them: the driver comes last and is put in here. */
export class LatePlatform implements PlatformLink {
  sync: SyncDriver | null = null;
  readonly #journal: Journal;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  get online(): boolean {
    return this.sync?.online ?? false;
  }

  get offlineReason(): string {
    return this.sync?.status().offlineReason ?? "";
  }

  backlog(device: string, lane: Lane): number {
    const { lastSeq, ackedSeq } = this.#journal.stream({ device, lane });
    return lastSeq - ackedSeq;
  }

  request(device: string, request: Request): Promise<void> {
    return this.sync?.request(device, request) ?? Promise.reject(new CodedError("sync.offline"));
  }

  publishState(device: string, state: State): void {
    this.sync?.publishState(device, state);
  }

  comeBack(slot: ReturnSlot): void {
    this.sync?.comeBack(slot);
  }

  forgetConfirmed(): number {
    return this.sync?.forgetConfirmed() ?? 0;
  }
}

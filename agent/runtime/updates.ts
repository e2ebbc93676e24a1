/** Staged releases of this program: looks for them, gives way to one when no arc burns, and says on record what became of it. */
import type { EventDraft, MachineState } from "#agent/core/machine/state.ts";
import type { Pointer } from "#agent/core/update/pointer.ts";
import { restOf } from "#agent/core/update/rest.ts";
import { initialUpdate, switchFailed, type UpdateEffect, type UpdateState, updateStep } from "#agent/core/update/transition.ts";
import type { After, Clock } from "#agent/ports.ts";
import type { DriverLog } from "#agent/runtime/driverLog.ts";
import { every } from "#agent/runtime/timers.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";

/** Where the releases are kept. All but the getters throw `update.*`. */
export interface ReleaseStore {
  readonly pointer: Pointer;
  readonly candidate: string | null;
  /** Verifies the staged release anew, and has the next start be its. */
  switchTo(version: string, answered: readonly string[]): void;
  confirm(): void;
  refuse(version: string, code: ErrorCode): void;
  /** What failed is on record. */
  tell(): void;
  tidy(): void;
}

export interface UpdatesPorts {
  releases: ReleaseStore;
  /** Of this program. */
  version: string;
  sessionWaitMs: number;
  clock: Clock;
  after: After;
  log: DriverLog;
  agent: {
    readonly drivers: readonly { readonly device: string; readonly state: MachineState }[];
    note(draft: EventDraft): void;
  };
  /** Ends this process: the next start is another release's. */
  update(): void;
  /** Ends this process: it is another attempt's turn. */
  giveUp(): void;
}

const LOOK_MS = 1_000;

export class Updates {
  readonly #ports: UpdatesPorts;
  readonly #cancel: () => void;
  #state: UpdateState;
  /** Said last of the disk: it is asked every second, and not every answer is news. */
  #fault = "";

  /** Begins to look. */
  constructor(ports: UpdatesPorts) {
    this.#ports = ports;
    this.#state = initialUpdate(ports.releases.pointer, ports.version, ports.clock.monoMs());
    this.#attempt(() => this.#begin());
    this.#cancel = every(ports.after, LOOK_MS, () => this.#attempt(() => this.#look()));
  }

  get state(): UpdateState {
    return this.#state;
  }

  close(): void {
    this.#cancel();
  }

  /** What the launcher took back is told once, by the release that runs again. */
  #begin(): void {
    const { releases, version: runs, agent } = this.#ports;
    const { failed } = releases.pointer;
    if (failed && !failed.told) {
      const { version, code } = failed;
      agent.note({ name: "updateFailed", session: null, agoMs: 0, payload: { version, runs, code } });
      releases.tell();
    }
    releases.tidy();
  }

  #look(): void {
    const { releases, sessionWaitMs, clock, agent } = this.#ports;
    const machines = agent.drivers;
    const answering = machines.filter(({ state }) => state.link.at === "up" && state.link.misses === 0).map(({ device }) => device);
    const look = { candidate: releases.candidate, rests: machines.map(({ state }) => restOf(state)), answering, sessionWaitMs };
    const { state, effect } = updateStep(this.#state, look, clock.monoMs());
    this.#state = effect ? this.#run(effect, state, answering) : state;
  }

  /** Gives the state that follows; an effect that throws leaves the state before, and is tried again. */
  #run(effect: UpdateEffect, next: UpdateState, answering: readonly string[]): UpdateState {
    switch (effect.do) {
      case "switch":
        return this.#switch(effect.version, answering) ? next : switchFailed();
      case "confirm":
        this.#confirm();
        return next;
      case "giveUp":
        this.#ports.log.warn({ code: "update.notStarted" }, "not every machine answers to the new release");
        this.#ports.giveUp();
        return next;
    }
  }

  #switch(version: string, answered: readonly string[]): boolean {
    const { releases, version: runs, agent } = this.#ports;
    try {
      releases.switchTo(version, answered);
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      agent.note({ name: "updateFailed", session: null, agoMs: 0, payload: { version, runs, code: error.code } });
      releases.refuse(version, error.code);
      return false;
    }
    this.#ports.update();
    return true;
  }

  #confirm(): void {
    const { releases, version: to, agent } = this.#ports;
    const { pointer } = releases;
    const from = pointer.at === "onProbation" && pointer.previous !== null ? pointer.previous : "installed";
    releases.confirm();
    agent.note({ name: "updateConfirmed", session: null, agoMs: 0, payload: { from, to } });
    releases.tidy();
  }

  /** A disk that fails stops no machine. */
  #attempt(act: () => void): void {
    try {
      act();
      this.#fault = "";
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      if (error.message === this.#fault) return;
      this.#fault = error.message;
      this.#ports.log.warn({ code: error.code, detail: error.detail }, "releases cannot be kept");
    }
  }
}

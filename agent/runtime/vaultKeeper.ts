/** Keeps one chip's vault: runs what the core decides, one job on the bus at a time. */
import type { JournalHead, LinkVault, VersionFloors } from "#agent/core/link.ts";
import type { MachineState } from "#agent/core/machine/state.ts";
import { mirrorFinding } from "#agent/core/vault/mirror.ts";
import { initialKeeping, type VaultEffect, type VaultInput, type VaultJob, type VaultKeeping } from "#agent/core/vault/state.ts";
import { stepVault, vaultWakeMs } from "#agent/core/vault/transition.ts";
import type { After, Clock, Journal, RowsRead, Stream, VaultLink } from "#agent/ports.ts";
import type { DriverLog } from "#agent/runtime/driverLog.ts";
import type { MachineDriver } from "#agent/runtime/machineDriver.ts";
import type { Timekeeper } from "#agent/runtime/timekeeper.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { Request } from "#protocol/events/messages.ts";

export interface VaultKeeperPorts {
  driver: Pick<MachineDriver, "device" | "dispatch" | "note">;
  link: VaultLink;
  journal: Pick<Journal, "chain" | "stream" | "read">;
  clock: Clock;
  after: After;
  /** What the chip knows of the time raises the agent's floor. */
  time: Timekeeper;
  /** Versions in force. */
  floors(): VersionFloors;
  /** What the chip holds. */
  floorsSeen(floors: VersionFloors): void;
  ask(request: Request): Promise<void>;
  /** 0 to 1. */
  random(): number;
  log: DriverLog;
}

export class VaultKeeper {
  readonly #ports: VaultKeeperPorts;
  #keeping: VaultKeeping;
  #uid = "";
  /** Of this chip: what it mirrored was compared with the journal. Once is enough, for from then on only this process raises it. */
  #comparedUid = "";
  #cancelWake: () => void = () => undefined;
  #closed = false;

  constructor(ports: VaultKeeperPorts) {
    this.#ports = ports;
    this.#keeping = initialKeeping(ports.floors(), ports.clock.monoMs());
  }

  /** The machine went on a step: was its chip met or lost, did a session begin? */
  stepped(before: MachineState, after: MachineState): void {
    const [was, is] = [before.link.at === "up", after.link.at === "up"];
    if (is && after.chip && (!was || before.chip?.bootId !== after.chip.bootId)) {
      this.#uid = after.chip.uid;
      // A chip from elsewhere mirrors another machine's record.
      if (before.chip && before.chip.uid !== this.#uid) this.#comparedUid = this.#uid;
      this.#dispatch({ type: "met" });
    }
    if (was && !is) this.#dispatch({ type: "lost" });
    if (after.interlock.at === "energised" && before.interlock.at !== "energised") this.#dispatch({ type: "started" });
  }

  /** Legal events were committed, or something newer is in force. */
  renew(): void {
    this.#dispatch({ type: "wanted", floors: this.#ports.floors(), head: this.#head() });
  }

  link(online: boolean): void {
    this.#dispatch({ type: online ? "online" : "offline" });
  }

  envelopeArrived(id: string, envelope: Uint8Array | null): void {
    this.#dispatch({ type: "envelope", id, envelope });
  }

  close(): void {
    this.#closed = true;
    this.#cancelWake();
  }

  #dispatch(input: VaultInput): void {
    if (this.#closed) return;
    const monoMs = this.#ports.clock.monoMs();
    const { keeping, effects } = stepVault(this.#keeping, input, { monoMs, jitter: this.#ports.random() });
    this.#keeping = keeping;
    for (const effect of effects) this.#run(effect);
    this.#cancelWake();
    const wakeMs = vaultWakeMs(this.#keeping);
    this.#cancelWake = () => undefined;
    if (wakeMs !== undefined)
      this.#cancelWake = this.#ports.after(Math.max(0, wakeMs - monoMs) + 1, () => this.#dispatch({ type: "tick" }));
  }

  #run(effect: VaultEffect): void {
    if (effect.type === "job") void this.#work(effect.job);
    // An unsent request is an unanswered one: its deadline asks again.
    else void this.#ports.ask({ ...effect.request, uid: this.#uid }).catch(() => undefined);
  }

  async #work(job: VaultJob): Promise<void> {
    try {
      const vault = await this.#carryOut(job);
      this.#compare(vault.journal);
      this.#tell(vault);
      this.#dispatch({ type: "vault", vault, after: job.do });
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      this.#ports.log.warn({ device: this.#ports.driver.device, job: job.do, code: error.code, detail: error.detail }, "the chip's vault");
      this.#dispatch({ type: "failed", job: job.do });
    }
  }

  /** Before anything of this process is mirrored over it. */
  #compare(mirror: JournalHead): void {
    if (this.#comparedUid === this.#uid) return;
    this.#comparedUid = this.#uid;
    const { driver, journal } = this.#ports;
    const stream: Stream = { device: driver.device, lane: "legal" };
    const { lastSeq, forgottenSeq } = journal.stream(stream);
    const hashAt = (seq: number) => (seq < forgottenSeq ? null : hashThere(journal.read(stream, seq, 1), seq));
    const found = mirrorFinding(mirror, { chain: journal.chain, lastSeq, forgottenSeq, hashAt });
    if (found) driver.note(found);
  }

  #tell(vault: LinkVault): void {
    this.#ports.time.raise(vault.timeFloorS * 1000, "chip");
    this.#ports.floorsSeen(vault.floors);
    this.#ports.driver.dispatch({ type: "vault", budget: vault.budget, policyFloor: vault.floors.policy });
  }

  #head(): JournalHead {
    const { driver, journal } = this.#ports;
    const { lastSeq, head } = journal.stream({ device: driver.device, lane: "legal" });
    return { chain: journal.chain, seq: lastSeq, hash: head };
  }

  #carryOut(job: VaultJob): Promise<LinkVault> {
    switch (job.do) {
      case "read":
        return this.#ports.link.read();
      case "raise":
        return this.#ports.link.raise(job.floors, job.head);
      case "carry":
        return this.#ports.link.carry(job.envelope);
    }
  }
}

/** Beside a hole a page begins after it. */
function hashThere({ prev, lost }: RowsRead, seq: number): string | null {
  return lost === undefined || lost.toSeq === seq ? prev : null;
}

/** The runtime's part, played in virtual time: one module with its disk, one chip, a clock that is never quite right, and the files in force. */
import type { LinkOrder } from "#agent/core/link.ts";
import { markDurable } from "#agent/core/machine/finish.ts";
import type { MachineEffect, MachineInput, MachineSetup, MachineState } from "#agent/core/machine/state.ts";
import { initialMachine, machineStep, resumeMachine } from "#agent/core/machine/step.ts";
import { type DeskState, openDesk } from "#agent/core/pass/desk.ts";
import type { Policy } from "#protocol/policy/policy.ts";
import type { ContactorEvent } from "#simulator/chip/machine/contactor.ts";
import type { Certificate } from "#test/chaos/cast.ts";
import { type Disk, firstDisk, type List, relisted } from "#test/chaos/disk.ts";
import type { InForce, Shown } from "#test/chaos/facts.ts";
import { FarChip, WINDOW_MS } from "#test/chaos/farChip.ts";
import { type Memory, Oracle } from "#test/chaos/oracle.ts";
import type { Sequence } from "#test/chaos/steps.ts";
import { WrongClock } from "#test/chaos/wrongClock.ts";

export const DEVICE = "370983ZARCG000000010";
const METER = { arcMinAmps: 15, alternating: false, ratedAmps: 400, ratedDutyCycle: 0.6 };

export class World {
  readonly oracle = new Oracle();
  state: MachineState = initialMachine();
  far: FarChip;
  nowMs = 0;
  desk: DeskState;
  isCableIn = true;
  readonly clock = new WrongClock();
  /** Since when nothing has kept the machine from being ready. */
  steadyMs = 0;
  readonly faults: string[] = [];
  awaited: { shown: Shown; before: InForce } | null = null;
  answer: { allow: boolean; waits: boolean; session: number | null; code: string } | null = null;
  #disk: Disk;
  #image: { disk: Disk; memory: string; poweredMs: number } | null = null;
  #setup: MachineSetup;
  #listFloor = 0;
  #epoch = 1;
  #chips = 1;
  #poweredMs = 0;
  /** … when the chip was last heard. */
  #heardPoweredMs = 0;
  #chipMs = 0;
  #closedFor: number | null = null;
  /** Session of the last lease, and the one that a switch or a fault cut last: no boot of the chip may close that again. */
  #leased: number | null = null;
  #cut: number | null = null;
  #startsGiven: number;
  #startsSeen = 0;

  constructor(sequence: Sequence) {
    const { policy } = sequence;
    this.#disk = firstDisk(sequence);
    this.#setup = { device: DEVICE, policy, processCategory: "2.1", keepsVault: true, meter: METER };
    this.#startsGiven = 200;
    this.far = new FarChip("chip-1", { starts: 200, boots: 120, hours: 336 });
    this.desk = openDesk(DEVICE, 1);
    this.step({ type: "policy", policy });
    this.oracle.ruled(policy, this.nowMs);
    this.tick();
    this.pass(8);
  }

  get policy(): Policy {
    return this.#disk.policy;
  }

  /** A list below the chip's floor is in force no more. */
  get list(): List | null {
    return this.#disk.list.version < this.#listFloor ? null : this.#disk.list;
  }

  get inForce(): InForce {
    const { nowMs, far, policy, list } = this;
    const { earliestMs, latestMs } = this.clock.at(nowMs);
    return {
      nowMs,
      earliestMs,
      latestMs,
      chipMs: this.#chipMs,
      poweredMs: this.#poweredMs,
      policy,
      policyFloor: this.state.policyFloor,
      list,
      arcing: far.arcing,
    };
  }

  /** The input, and everything that follows from it. */
  step(input: MachineInput): void {
    const { earliestMs, latestMs } = this.inForce;
    const now = { monoMs: this.nowMs, time: { earliestMs, latestMs } };
    const before = this.state.licence;
    if (this.#setup.policy !== this.policy) this.#setup = { ...this.#setup, policy: this.policy };
    const { state, effects } = machineStep(this.state, input, this.#setup, now);
    this.state = state;
    if (effects.some(({ type }) => type === "commit")) {
      this.state = markDurable(state);
      // Plain data that nobody changes: as good as its JSON, which is written only when a disk is read again.
      this.#disk.checkpoint = this.state;
      if (input.type !== "scan" && before !== null && this.state.licence === null) this.oracle.unguarded();
    }
    for (const effect of effects) this.#run(effect);
  }

  #run(effect: MachineEffect): void {
    if (effect.type === "answer") {
      const { decision, session } = effect;
      const waits = !decision.allow && decision.waitsFor !== null;
      this.answer = { allow: decision.allow, waits, session, code: decision.allow ? decision.rule : decision.code };
      if (this.awaited) this.#charge("allowed", this.oracle.answered(this.awaited.shown, this.answer, this.awaited.before));
      this.awaited = null;
    }
    if (effect.type === "adopt") this.#adopt();
    if (effect.type === "exchange") this.#exchange({ ...effect.order, confirmedBelow: this.state.durableBelow });
  }

  #adopt(): void {
    if (!this.isCableIn) {
      this.step({ type: "adoptFailed", code: "link.timeout", detail: "" });
      return;
    }
    if (this.state.chip?.bootId !== this.far.bootId) {
      this.oracle.booted(this.#poweredMs - this.#heardPoweredMs);
      this.#chipMs = 0;
    }
    this.step({ type: "adopted", adoption: this.far.adoption() });
    this.keepVault();
  }

  /** What is in force is raised in the chip, and the chip's word heard. */
  keepVault(): void {
    if (!this.isCableIn || this.state.link.at !== "up") return;
    this.far.raise(this.list?.version ?? 0, this.state.policyVersion);
    const { listFloor, policyFloor, poweredHoursLeft, bootsLeft, startsLeft } = this.far.memory;
    this.#listFloor = Math.max(this.#listFloor, listFloor);
    this.step({ type: "vault", budget: { poweredHours: poweredHoursLeft, boots: bootsLeft, starts: startsLeft }, policyFloor });
  }

  #exchange(order: LinkOrder): void {
    const isKnown = this.state.chip?.bootId === this.far.bootId;
    if (!this.isCableIn || !isKnown) {
      this.step({ type: "linkFailed", code: this.isCableIn ? "link.rebooted" : "link.timeout" });
      return;
    }
    if (order.mode === "closed") this.#charge(`ordered ${order.session}`, this.oracle.ordered(order.session, this.inForce));
    if (order.mode === "open" && this.far.closedFor !== null) this.oracle.ended("ended by the machine", this.far.closedFor);
    const reading = this.far.exchange(order);
    this.#chipMs = reading.status.nextSeq * WINDOW_MS;
    this.#heardPoweredMs = this.#poweredMs;
    if (this.far.hard && this.#closedFor !== null) this.oracle.ended("hard cause", this.#closedFor);
    this.look();
    this.step({ type: "reading", reading });
  }

  /** The oracle looks at the contactor. */
  look(): void {
    const { closedFor } = this.far;
    if (closedFor !== null) {
      this.#charge(`closed ${closedFor}`, this.oracle.closed(closedFor, this.inForce));
      this.#charge(`closed ${closedFor}`, closedFor === this.#cut ? "barred for good" : null);
      this.#leased = closedFor;
    }
    if (closedFor !== null && closedFor !== this.#closedFor) this.#startsSeen = this.far.started.length;
    if (this.#startsSeen > this.#startsGiven) this.#charge("closed", "no start was left");
    this.#closedFor = closedFor;
  }

  #charge(what: string, why: string | null): void {
    if (why !== null) this.faults.push(`${what}: ${why}`);
  }

  unsettled(): void {
    this.steadyMs = this.nowMs;
  }

  tick(): void {
    this.step({ type: "tick" });
  }

  /** Time passes. At rest nothing is asked of the machine: it is only looked at again at the end. */
  pass(seconds: number): void {
    for (let left = seconds; left > 0; ) {
      const now = Math.min(this.#patienceS ?? left, left);
      for (let second = 0; second < now; second++) this.#second();
      left -= now;
      this.tick();
    }
    this.keepVault();
  }

  #second(): void {
    this.nowMs += WINDOW_MS;
    this.#poweredMs += WINDOW_MS;
    this.far.second();
    if (this.far.closedFor !== this.#closedFor) this.look();
  }

  /** The next tick may wait so long without changing what follows, but for how soon; null: for ever. A lease runs for 8 s. */
  get #patienceS(): number | null {
    const { interlock, link, chip } = this.state;
    if (this.far.closedFor !== null || interlock.at === "outage") return interlock.at === "ending" ? 2 : 4;
    if (interlock.at === "closing" || interlock.at === "opening") return 1;
    if (interlock.at === "awaitingStart") return 5;
    const isAtRest = link.at === "up" && this.isCableIn && chip?.bootId === this.far.bootId;
    return isAtRest ? null : link.at === "up" ? 2 : 10;
  }

  rule(policy: Policy): void {
    this.#disk.policy = policy;
    this.oracle.ruled(policy, this.nowMs);
    this.step({ type: "policy", policy });
    this.keepVault();
  }

  relist(handle: string, certificate: Certificate | null): void {
    this.#disk = { ...this.#disk, list: relisted(this.#disk.list, handle, certificate, this.nowMs) };
    this.recheck();
    this.keepVault();
  }

  recheck(): void {
    this.oracle.listed(this.inForce);
    const { list } = this;
    if (!list) return;
    const certificates = this.state.recentHandles.map((handle) => ({ handle, entry: list.entries.get(handle) ?? null }));
    if (certificates.length > 0) this.step({ type: "recheck", certificates, listIssuedMs: list.issuedMs, remind: false });
  }

  /** A switch, or a fault. */
  disturb(event: ContactorEvent): void {
    this.far.happen(event);
    this.unsettled();
    if (!this.far.hard) return;
    this.#cut = this.#leased ?? this.#cut;
    // What the machine cannot hear of is the chip's to bar.
    if (this.isCableIn) this.oracle.ended("hard cause", this.#closedFor ?? -1);
  }

  bootChip(other: FarChip | null): void {
    this.#leased = null;
    if (other) {
      this.far = other;
      this.#cut = null;
    } else this.far.boot();
    this.unsettled();
    this.look();
  }

  nextChip(left: { starts: number; boots: number; hours: number }): FarChip {
    this.#chips += 1;
    this.refilled(left.starts);
    return new FarChip(`chip-${this.#chips}`, left);
  }

  refilled(starts: number): void {
    this.far.started = [];
    this.#startsSeen = 0;
    this.#startsGiven = starts;
  }

  saveDisk(): void {
    this.#image = { disk: { ...this.#disk }, memory: JSON.stringify(this.oracle.memory), poweredMs: this.#poweredMs };
  }

  /** Another process goes on from what the disk holds: this one's, or an older one that somebody put back. */
  restart(downS: number, isRollback: boolean): void {
    const image = isRollback ? this.#image : null;
    if (image) {
      this.#disk = { ...image.disk };
      this.oracle.putBack(JSON.parse(image.memory) as Memory, this.inForce, image.poweredMs);
    }
    for (let second = 0; second < downS; second++) this.#second();
    const { checkpoint, policy } = this.#disk;
    this.#epoch += 1;
    this.#listFloor = 0;
    this.clock.boundMs = null;
    this.desk = openDesk(DEVICE, this.#epoch);
    this.state = checkpoint === null ? initialMachine() : resumeMachine(checkpoint, this.nowMs);
    this.unsettled();
    this.oracle.restarted(this.nowMs);
    this.oracle.ruled(policy, this.nowMs);
    this.step({ type: "policy", policy });
    this.tick();
    this.recheck();
  }
}

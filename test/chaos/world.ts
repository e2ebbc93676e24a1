/** The runtime's part, played in virtual time: one module with its disk, one chip, a clock that is never quite right, and the files in force. */
import type { LinkOrder } from "#agent/core/link.ts";
import { markDurable } from "#agent/core/machine/finish.ts";
import type { MachineEffect, MachineInput, MachineSetup, MachineState } from "#agent/core/machine/state.ts";
import { initialMachine, machineStep } from "#agent/core/machine/step.ts";
import { type DeskState, openDesk } from "#agent/core/pass/desk.ts";
import type { Policy } from "#protocol/policy/policy.ts";
import type { ContactorEvent } from "#simulator/chip/machine/contactor.ts";
import { DiskShelf, type List } from "#test/chaos/disk.ts";
import type { Certificate, InForce, Shown } from "#test/chaos/facts.ts";
import { FarChip, WINDOW_MS } from "#test/chaos/farChip.ts";
import { Oracle } from "#test/chaos/oracle.ts";
import { patienceS } from "#test/chaos/patience.ts";
import type { Sequence } from "#test/chaos/steps.ts";
import { Watch } from "#test/chaos/watch.ts";
import { WrongClock } from "#test/chaos/wrongClock.ts";

export const DEVICE = "370983ZARCG000000010";
const FIRST_CHIP = { starts: 200, boots: 120, hours: 336 };
const METER = { arcMinAmps: 15, alternating: false, ratedAmps: 400, ratedDutyCycle: 0.6 };

export class World {
  readonly oracle = new Oracle();
  readonly #watch = new Watch(this.oracle, FIRST_CHIP.starts);
  state: MachineState = initialMachine();
  far = new FarChip("chip-1", FIRST_CHIP);
  nowMs = 0;
  desk: DeskState = openDesk(DEVICE, this.oracle.process);
  isCableIn = true;
  readonly clock = new WrongClock();
  /** Since when nothing has kept the machine from being ready. */
  steadyMs = 0;
  awaited: { shown: Shown; before: InForce } | null = null;
  answer: { allow: boolean; waits: boolean; session: number | null; code: string } | null = null;
  readonly #shelf: DiskShelf;
  #setup: MachineSetup;
  #listFloor = 0;
  #chips = 1;
  #poweredMs = 0;
  /** … when the chip was last heard. */
  #heardPoweredMs = 0;
  #chipMs = 0;

  constructor(sequence: Sequence) {
    const { policy } = sequence;
    this.#shelf = new DiskShelf(sequence);
    this.#setup = { device: DEVICE, policy, processCategory: "2.1", keepsVault: true, meter: METER };
    this.step({ type: "policy", policy });
    this.oracle.ruled(policy, this.nowMs);
    this.tick();
    this.pass(8);
  }

  get faults(): string[] {
    return this.#watch.faults;
  }

  get policy(): Policy {
    return this.#shelf.disk.policy;
  }

  /** A list below the chip's floor is in force no more. */
  get list(): List | null {
    return this.#shelf.disk.list.version < this.#listFloor ? null : this.#shelf.disk.list;
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
      this.#shelf.keep(this.state, this.#heardPoweredMs);
      if (input.type !== "scan" && before !== null && this.state.licence === null) this.oracle.unguarded();
    }
    for (const effect of effects) this.#run(effect);
  }

  #run(effect: MachineEffect): void {
    if (effect.type === "answer") {
      const { decision, session } = effect;
      const waits = !decision.allow && decision.waitsFor !== null;
      this.answer = { allow: decision.allow, waits, session, code: decision.allow ? decision.rule : decision.code };
      if (this.awaited) this.#watch.charge("allowed", this.oracle.answered(this.awaited.shown, this.answer, this.awaited.before));
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
    if (order.mode === "closed") this.#watch.charge(`ordered ${order.session}`, this.oracle.ordered(order.session, this.inForce));
    if (order.mode === "open" && this.far.closedFor !== null) this.oracle.ended("ended by the machine", this.far.closedFor);
    const reading = this.far.exchange(order);
    this.#chipMs = reading.status.nextSeq * WINDOW_MS;
    this.#heardPoweredMs = this.#poweredMs;
    if (this.far.hard && this.#watch.closedFor !== null) this.oracle.ended("hard cause", this.#watch.closedFor);
    this.look();
    this.step({ type: "reading", reading });
  }

  /** The oracle looks at the contactor. */
  look(): void {
    this.#watch.look(this.far, this.inForce);
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
      const now = Math.min(patienceS(this.state, this.far, this.isCableIn) ?? left, left);
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
    if (this.far.closedFor !== this.#watch.closedFor) this.look();
  }

  rule(policy: Policy): void {
    this.#shelf.disk.policy = policy;
    this.oracle.ruled(policy, this.nowMs);
    this.step({ type: "policy", policy });
    this.keepVault();
  }

  relist(handle: string, certificate: Certificate | null): void {
    this.#shelf.relist(handle, certificate, this.nowMs);
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
    if (this.far.hard) this.#watch.cut(this.isCableIn);
  }

  bootChip(other: FarChip | null): void {
    this.#watch.booted(other !== null);
    if (other) this.far = other;
    else this.far.boot();
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
    this.#watch.refilled(starts);
  }

  saveDisk(): void {
    this.#shelf.save(this.oracle.memory, this.#poweredMs);
  }

  /** Another process goes on from what the disk holds: this one's, or an older one that somebody put back. */
  restart(downS: number, isRollback: boolean): void {
    const image = isRollback ? this.#shelf.putBack() : null;
    if (image) this.oracle.putBack(image.memory, this.inForce, image.poweredMs);
    this.#heardPoweredMs = this.#shelf.disk.heardPoweredMs + (image ? this.#poweredMs - image.poweredMs : 0);
    for (let second = 0; second < downS; second++) this.#second();
    this.#listFloor = 0;
    this.clock.boundMs = null;
    this.oracle.restarted(this.nowMs);
    this.desk = openDesk(DEVICE, this.oracle.process);
    this.state = this.#shelf.resumed(this.nowMs);
    this.#chipMs = this.state.nextSeq * WINDOW_MS;
    this.unsettled();
    this.oracle.ruled(this.policy, this.nowMs);
    this.step({ type: "policy", policy: this.policy });
    this.tick();
    this.recheck();
  }
}

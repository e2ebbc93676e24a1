/** One seed, one sequence: what happens, what the machine makes of it, and what the oracle says to that. */
import { Phones } from "#test/chaos/phones.ts";
import { drawSequence, type Step } from "#test/chaos/steps.ts";
import { World } from "#test/chaos/world.ts";
import { seededRandom } from "#test/list/fixtures.ts";

export interface Outcome {
  steps: number;
  /** Those that were taken: the sequence ends with the first fault. */
  taken: readonly Step[];
  unauthorised: string[];
  wronglyDenied: string[];
  allowed: number;
}

class Player {
  readonly world: World;
  readonly phones: Phones;
  readonly unauthorised: string[] = [];
  readonly taken: Step[] = [];

  constructor(seed: number) {
    const draw = seededRandom(seed);
    const sequence = drawSequence(draw);
    this.world = new World(sequence);
    this.phones = new Phones(this.world, draw);
    for (const [at, step] of sequence.steps.entries()) {
      this.taken.push(step);
      this.#take(step);
      this.world.look();
      for (const fault of this.world.faults.splice(0)) this.unauthorised.push(`after step ${at} (${step.do}): ${fault}`);
      if (this.unauthorised.length + this.phones.wronglyDenied.length > 0) break;
    }
  }

  #take(step: Step): void {
    const { world } = this;
    const { far, oracle } = world;
    switch (step.do) {
      case "ask":
        this.phones.ask();
        break;
      case "respond":
        this.phones.respond(step);
        break;
      case "grant":
        this.phones.grant(step);
        break;
      case "press":
        far.press();
        oracle.pressed(world.inForce);
        world.tick();
        break;
      case "lock":
        oracle.ended("locked by the platform");
        world.step({ type: "lock" });
        break;
      case "policy":
        world.rule(step.policy);
        break;
      case "list":
        world.relist(step.handle, step.certificate);
        break;
      case "pass":
        world.pass(step.seconds);
        break;
      case "weld":
        if (far.welding && !step.on) world.unsettled();
        far.welding = step.on;
        break;
      case "eStop":
      case "enclosure":
        world.disturb({ type: step.do, on: step.on });
        world.tick();
        break;
      case "fault":
        world.disturb(step.on ? { type: "fault", fault: "weldedContact" } : { type: "clearFault" });
        world.tick();
        break;
      case "cable":
        if (step.on !== world.isCableIn) world.unsettled();
        world.isCableIn = step.on;
        world.tick();
        break;
      case "unseen":
        this.#unseen(step);
        break;
      case "powerCut":
        world.bootChip(null);
        break;
      case "swap":
        world.bootChip(world.nextChip(step.left));
        break;
      case "saveDisk":
        world.saveDisk();
        break;
      case "restart":
      case "rollback":
        world.restart(step.downS, step.do === "rollback");
        break;
      case "clock":
        world.clock.lagMs = step.lagMs;
        world.clock.boundMs = step.boundMs;
        world.tick();
        break;
      case "refill":
        Object.assign(far.memory, { startsLeft: 200, bootsLeft: 120, poweredHoursLeft: 336 });
        world.refilled(200);
        world.keepVault();
        break;
    }
  }

  #unseen({ what, afterS, boots }: Extract<Step, { do: "unseen" }>): void {
    this.#take({ do: "cable", on: false });
    this.world.pass(afterS);
    for (const on of [true, false]) this.#take({ do: what, on });
    if (boots) this.#take({ do: "powerCut" });
    this.#take({ do: "cable", on: true });
    this.world.pass(8);
  }
}

export function play(seed: number): Outcome {
  const { unauthorised, taken, phones } = new Player(seed);
  const { wronglyDenied, allowed } = phones;
  return { steps: taken.length, taken, unauthorised, wronglyDenied, allowed };
}

/** Carries out what a plan has go wrong, and puts it right again in time. */
import { CodedError } from "#protocol/errors/codedError.ts";
import { SETUP } from "#test/machine/fixtures.ts";
import { FAIR } from "#test/simulation/broker.ts";
import type { Fault, Plan } from "#test/simulation/faults.ts";
import { GOOD_LINE } from "#test/simulation/line.ts";
import type { World } from "#test/simulation/world.ts";

export function applyPlan(world: World, { faults }: Plan): void {
  const disk = new DiskFaults(world);
  for (const fault of faults) {
    world.clock.at(fault.atMs, () => {
      world.account.note(`fault ${JSON.stringify(fault)}`);
      apply(world, disk, fault);
    });
  }
}

function apply(world: World, disk: DiskFaults, fault: Fault): void {
  const { clock, account, broker, chip, line, platform, sessions } = world;
  switch (fault.do) {
    case "kill":
      world.axe(fault.at && { ...fault.at }, fault.downMs);
      return;
    case "line":
      line.state = fault.state;
      account.broke("line");
      clock.after(fault.forMs, () => {
        if (line.state === fault.state) line.state = GOOD_LINE;
        account.mended("line");
      });
      return;
    case "chipPower":
      if (!chip.isPowered) return;
      chip.power(clock.nowMs, false);
      account.broke("line");
      clock.after(fault.forMs, () => {
        chip.power(clock.nowMs, true);
        sessions.chipLost();
        account.mended("line");
      });
      return;
    case "eStop":
      chip.eStop(clock.nowMs, true);
      sessions.eStop(true);
      clock.after(fault.forMs, () => {
        chip.eStop(clock.nowMs, false);
        sessions.eStop(false);
      });
      return;
    case "broker":
      broker.mode = fault.mode;
      if (fault.cut) broker.cut("the line is dead");
      clock.after(fault.forMs, () => {
        broker.mode = "up";
      });
      return;
    case "weather":
      broker.weather = fault.weather;
      clock.after(fault.forMs, () => {
        broker.weather = FAIR;
      });
      return;
    case "platformAway":
      platform.isAway = true;
      clock.after(fault.forMs, () => {
        platform.isAway = false;
      });
      return;
    case "platformRestored":
      platform.restore();
      return;
    case "backup":
      platform.backUp();
      return;
    case "maintain":
      maintain(world);
      return;
    case "lock":
      platform.lock(SETUP.device);
      return;
    case "wallClock":
      world.wallOffsetMs += fault.byMs;
      return;
    default:
      disk.apply(fault);
  }
}

/** As the calendar does it, which goes on whatever comes of an appointment. */
function maintain({ agent, account }: World): void {
  try {
    agent?.maintain();
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    account.note(`maintenance: ${error.code}`);
  }
}

class DiskFaults {
  readonly #world: World;
  #full = 0;
  #lost = 0;
  #failing = false;

  constructor(world: World) {
    this.#world = world;
    world.disk.fault = (step) => this.#meet(step);
  }

  apply(fault: Extract<Fault, { do: "diskFull" | "commitsLost" | "diskFails" }>): void {
    const { account, clock } = this.#world;
    if (fault.do === "diskFull") {
      this.#full += 1;
      account.broke("disk");
      clock.after(fault.forMs, () => {
        this.#full -= 1;
        account.mended("disk");
      });
    } else if (fault.do === "diskFails") this.#failing = true;
    else this.#lost += fault.count;
  }

  #meet(step: string): void {
    const { account } = this.#world;
    if (this.#failing && step !== "boot") {
      this.#failing = false;
      this.#blip();
      throw new CodedError("journal.notDurable", step);
    }
    if (this.#full > 0) {
      account.note(`disk full: ${step}`);
      throw new CodedError("journal.full", step);
    }
    if (this.#lost <= 0) return;
    this.#lost -= 1;
    this.#blip();
    account.note(`lost: ${step}`);
    throw new CodedError("journal.busy", step);
  }

  #blip(): void {
    const { account, clock } = this.#world;
    account.broke("disk");
    clock.after(1, () => account.mended("disk"));
  }
}

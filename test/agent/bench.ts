/** A stage of real processes, and what the tests ask of it. Waiting is for conditions; the limits are only there to end a broken run. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "vitest";
import { agentReport, eventsOf, type StoredEvent, streamsOf } from "#scripts/story/watch.ts";
import type { CommandInput } from "#simulator/chip/control/commands.ts";
import type { MachineTruth } from "#simulator/chip/machine/workplace.ts";
import type { PersonName } from "#simulator/people.ts";
import { answerTo, type Phone, phoneOf, USUAL_WISHES } from "#simulator/phone/phone.ts";
import { challengeAtPage, type ScanAnswer, scanAtPage, scanThroughPlatform } from "#simulator/phone/scan.ts";
import type { PolicyChange } from "#simulator/platform/policyIssuer.ts";
import { askControl } from "#simulator/stage/control.ts";
import { until } from "#simulator/stage/processes.ts";
import { type Stage, type StageOptions, startStage } from "#simulator/stage/stage.ts";
import { BUNDLED } from "#test/agent/commandLine.ts";

/** Far beyond what anything here needs on a busy computer. */
export const PATIENCE_MS = 45_000;

type Wanted = Partial<Omit<StageOptions, "folder" | "models">>;

/** A short path: a Unix socket's name has room for 107 bytes. */
export function benchFolder(): string {
  return mkdtempSync(join(tmpdir(), "arcgate-"));
}

export class Bench {
  readonly stage: Stage;

  constructor(stage: Stage) {
    this.stage = stage;
  }

  /** Resolves when every machine is locked, and the list and the platform are there. */
  static async start(models: readonly string[], wanted: Wanted = {}): Promise<Bench> {
    const bench = new Bench(await startStage({ folder: benchFolder(), agentScript: await BUNDLED, models, listSize: 200, ...wanted }));
    await bench.ready();
    return bench;
  }

  async close(): Promise<void> {
    await this.stage.close();
    rmSync(this.stage.folder, { recursive: true, force: true });
  }

  async ready(): Promise<void> {
    const { stage } = this;
    await until(
      "list, platform and machines",
      async () => {
        const report = await agentReport(stage);
        return report?.list && report.online && report.machines.every(({ state }) => state === "locked");
      },
      PATIENCE_MS,
    );
  }

  device(index = 0): string {
    const device = this.stage.devices[index];
    if (device === undefined) throw new RangeError(`no machine ${index}`);
    return device;
  }

  phone(name: PersonName): Phone {
    return phoneOf(name, this.stage.platformData);
  }

  /** A signed answer to the machine's present challenge. */
  async response(name: PersonName, index = 0): Promise<string> {
    const asked = await challengeAtPage(this.stage.page, this.device(index));
    if ("refused" in asked) throw new Error(asked.refused.en);
    return answerTo(asked.challenge, this.phone(name));
  }

  /** Whoever is told that the machine does not answer scans again: on a computer short of breath it may just have missed two exchanges. */
  scan(name: PersonName, index = 0, text = this.device(index)): Promise<ScanAnswer> {
    const answered = async () => {
      const answer = await scanAtPage(this.stage.page, text, this.phone(name));
      return answer.code === "licence.machineUnreachable" ? null : answer;
    };
    return until(`machine ${index} answers to a scan`, answered, PATIENCE_MS);
  }

  /** As a guardian, who vouches for somebody else's work. */
  guard(name: PersonName): Promise<ScanAnswer> {
    return scanAtPage(this.stage.page, this.device(), this.phone(name), { ...USUAL_WISHES, purpose: "guard" });
  }

  /** Locked by the platform, and at rest. */
  async lock(index = 0): Promise<void> {
    await askControl(this.stage.platformControl, { do: "lock", device: this.device(index) });
    await this.stateIs("locked", index);
  }

  /** The platform rules anew; gives the version, which is in force then. */
  async rule(policy: PolicyChange): Promise<number> {
    const asked = { do: "rule", device: this.device(), policy };
    const { version } = await askControl<{ version: number }>(this.stage.platformControl, asked);
    await until(`policy ${version} in force`, async () => (await this.machine())?.policyVersion === version, PATIENCE_MS);
    return version;
  }

  scanFromAfar(name: PersonName, index = 0): Promise<string> {
    return scanThroughPlatform(this.stage.platformControl, this.device(index), this.phone(name));
  }

  /** Scans as the certified welder and waits for the contactor and for the agent to know of it. */
  async energise(index = 0, place: Place = { bus: 0, at: index + 1 }): Promise<void> {
    const answer = await this.scan("certified", index);
    if (!answer.allowed) throw new Error(`refused: ${answer.code}`);
    try {
      await this.truthWhen("the contactor closes", (truth) => truth.mirrorClosed, place);
    } catch (error) {
      throw new Error(await this.#situation(index, place), { cause: error });
    }
    await this.stateIs("energised", index);
  }

  /** What a contactor that does not close leaves to look at. */
  async #situation(index: number, place: Place): Promise<string> {
    const { opens, ...truth } = await this.truth(place);
    const told = { truth, opens: opens.slice(-3), machine: await this.machine(index), agent: await agentReport(this.stage) };
    const log = readFileSync(this.stage.agent?.logPath ?? "/dev/null", "utf8").slice(-3_000);
    return `the contactor does not close: ${JSON.stringify(told)}\n${log}`;
  }

  async machine(index = 0): Promise<MachineView | undefined> {
    return (await this.machines())?.[index];
  }

  async machines(): Promise<MachineView[] | undefined> {
    return (await agentReport(this.stage))?.machines as MachineView[] | undefined;
  }

  stateIs(state: string, index = 0): Promise<MachineView> {
    return until(
      `machine ${index} is ${state}`,
      async () => {
        const machine = await this.machine(index);
        return machine?.state === state ? machine : null;
      },
      PATIENCE_MS,
    );
  }

  async tell(command: CommandInput, bus = 0): Promise<MachineTruth> {
    const control = this.stage.buses[bus]?.control;
    if (control === undefined) throw new RangeError(`no bus ${bus}`);
    return (await askControl<{ result: MachineTruth }>(control, command)).result;
  }

  truth({ bus, at }: Place = FIRST): Promise<MachineTruth> {
    return this.tell({ do: "truth", at }, bus);
  }

  truthWhen(what: string, holds: (truth: MachineTruth) => boolean, place: Place = FIRST): Promise<MachineTruth> {
    return until(
      what,
      async () => {
        const truth = await this.truth(place);
        return holds(truth) ? truth : null;
      },
      PATIENCE_MS,
    );
  }

  /** Everything that the platform holds of the machine's legal lane. */
  legal(index = 0): Promise<StoredEvent[]> {
    return eventsOf(this.stage, this.device(index), "legal");
  }

  /** Waits until the platform holds an event that the test wants, and gives it. */
  event(name: string, index = 0, wanted: (event: StoredEvent) => boolean = () => true): Promise<StoredEvent> {
    return until(
      `${name} of machine ${index} at the platform`,
      async () => (await this.legal(index)).find((event) => event.name === name && wanted(event)),
      PATIENCE_MS,
    );
  }

  async named(name: string, index = 0): Promise<StoredEvent[]> {
    return (await this.legal(index)).filter((event) => event.name === name);
  }

  async drained(): Promise<void> {
    await until(
      "the backlog drains",
      async () => {
        const report = await agentReport(this.stage);
        return report?.online && report.machines.every(({ backlog }) => backlog.legal + backlog.telemetry === 0);
      },
      PATIENCE_MS,
    );
  }

  /**
   * What the platform has against the machine's records; empty when they are whole, in order, and there once. A record that was written
   * between two looks is on its way, and looked for again.
   */
  async objections(index = 0): Promise<string[]> {
    const deadlineMs = performance.now() + ON_ITS_WAY_MS;
    for (;;) {
      const found = await this.#objectionsNow(index);
      if (found.length === 0 || performance.now() >= deadlineMs) return found;
      await delay(LOOK_AGAIN_MS);
    }
  }

  async #objectionsNow(index: number): Promise<string[]> {
    const streams = await streamsOf(this.stage, this.device(index));
    const journalled = (await this.machine(index))?.journalled;
    const found: string[] = [];
    for (const lane of ["legal", "telemetry"] as const) {
      const stream = streams.find((candidate) => candidate.lane === lane);
      const wanted = journalled?.[lane];
      if ((stream?.held ?? 0) !== wanted) found.push(`${lane}: ${wanted} journalled, ${stream?.held ?? 0} held`);
      const faults = (stream?.missingCount ?? 0) + (stream?.conflicts ?? 0) + (stream?.chainBreaks ?? 0) + (stream?.refused ?? 0);
      if (faults > 0) found.push(`${lane}: ${JSON.stringify(stream)}`);
    }
    return found;
  }

  /** Waits until as many arcs are at the platform as really burned, and holds their time against the truth. */
  async arcsAre(truth: MachineTruth, index = 0): Promise<void> {
    const arcs = await until(
      `${truth.arcs} arcs of machine ${index} at the platform`,
      async () => {
        const found = await this.named("arc", index);
        return found.length >= truth.arcs ? found : null;
      },
      PATIENCE_MS,
    );
    const recordedMs = arcs.reduce((sum, { payload }) => sum + Number(payload.arcMs), 0);
    expect(arcs, `arcs of machine ${index}`).toHaveLength(truth.arcs);
    expect(Math.abs(recordedMs - truth.arcMs), `arc time of machine ${index}`).toBeLessThan(Math.max(300, truth.arcMs * 0.02));
  }
}

const ON_ITS_WAY_MS = 5_000;
const LOOK_AGAIN_MS = 100;

export interface Place {
  bus: number;
  at: number;
}

const FIRST: Place = { bus: 0, at: 1 };

/** Of the agent's `/api/status`, what the tests look at. */
export interface MachineView {
  device: string;
  state: string;
  fault: string | null;
  linkCode: string | null;
  scanner: { code: string } | null;
  session: number | null;
  handle: string | null;
  ending: { cause: string; inS: number } | null;
  awaitingGuardian: { handles: readonly string[] } | null;
  policyVersion: number;
  arcing: boolean;
  volts: number | null;
  amps: number | null;
  totals: { arcs: number; arcMs: number };
  offlineBudget: { starts: number } | null;
  inspection: string | null;
  journalled: { legal: number; telemetry: number };
  backlog: { legal: number; telemetry: number };
}

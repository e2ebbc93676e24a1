/** A simulated chip with its machine, on virtual time: its registers are what the commissioning speaks to, a jig's hands what it asks. */
import { IDENTITY, LEASE, PAGE, WINDOW } from "#protocol/chip/arcgateChip.ts";
import { decodeBlock } from "#protocol/chip/codec.ts";
import { parseDesignation } from "#protocol/codes/gbt10249.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { AgentReport } from "#scripts/install/commission/agentProcess.ts";
import { machineLimits } from "#scripts/install/commission/core/limits.ts";
import type { Bench } from "#scripts/install/commission/probes/bench.ts";
import { ChipDesk, type ChipWire } from "#scripts/install/commission/probes/chipDesk.ts";
import type { AgentBench } from "#scripts/install/commission/probes/throughAgent.ts";
import type { Ask } from "#scripts/install/machine/teller.ts";
import type { Chip } from "#simulator/chip/machine/chip.ts";
import { readRegisters } from "#simulator/chip/machine/registers.ts";
import { Wiring, type WiringFault } from "#simulator/chip/machine/wiring.ts";
import { writeRegisters } from "#simulator/chip/machine/writes.ts";
import { DEVICE, JOB, type Rig, rig } from "#test/chip/rig.ts";

const ROUND_TRIP_MS = 12;
const PATIENCE_MS = 800;
const WELD_AMPS = 120;

export interface VirtualBench {
  bench: Bench;
  /** The agent's page, as far as it shows a weld: the contactor is held for it. */
  agent: AgentBench;
  chip: Chip;
  asked: Ask[];
  wire(fault: WiringFault): void;
  /** Of the exchanges to come, every so many-th is lost or spoilt. */
  spoil(every: number, code: "link.timeout" | "link.badAnswer"): void;
}

export function virtualBench(model = "ZX7-400"): VirtualBench {
  const designation = parseDesignation(model);
  const { alternating, ratedAmps, process } = designation;
  const machine = { process: process === "tig" || process === "mag" ? process : ("mma" as const), ratedAmps, alternating, vrd: false };
  const made = rig({}, machine);
  const { chip } = made;
  const wiring = new Wiring();
  let spoilt: { every: number; code: "link.timeout" | "link.badAnswer" } | null = null;
  let requests = 0;
  let nowMs = 0;
  const pass = (ms: number) => {
    made.run(ms);
    nowMs += ms;
    return Promise.resolve();
  };
  const wire = wireOf(made, () => {
    void pass(ROUND_TRIP_MS);
    requests += 1;
    if (spoilt && requests % spoilt.every === 0) throw new CodedError(spoilt.code, "spoilt");
  });
  const asked: Ask[] = [];
  const shared = {
    limits: machineLimits(designation, chip.make.sensor.rangeAmps),
    ...{ patienceMs: PATIENCE_MS, haste: 1 },
    nowMs: () => nowMs,
    pause: (ms: number) => pass(Math.max(0, ms)),
    ask: (ask: Ask) => {
      asked.push(ask);
      lendHand(ask, made, wiring);
      return Promise.resolve();
    },
  };
  const bench: Bench = {
    ...shared,
    desk: new ChipDesk(wire, { device: DEVICE, key: chip.make.linkKey, firstSession: 1_000, pause: pass }),
  };
  return {
    ...{ bench, chip, asked },
    agent: { ...shared, device: DEVICE, page: "", platformMs: PATIENCE_MS, report: () => pageOf(bench, chip) },
    wire: (fault) => {
      wiring.set(fault, true);
      wiring.connect(chip);
    },
    spoil: (every, code) => {
      spoilt = { every, code };
    },
  };
}

async function pageOf({ desk }: Bench, chip: Chip): Promise<AgentReport> {
  await desk.order("closed");
  const { voltsNow: volts, ampsNow: amps } = chip;
  const lane = { legal: 1, telemetry: 0 };
  const machine = {
    ...{
      device: DEVICE,
      state: "energised",
      linkCode: null,
      offlineBudget: null,
      session: 1,
      arcing: false,
      volts,
      amps,
      totals: { ...chip.account.totals, arcs: chip.truth().arcs },
    },
    ...{ inspection: null, decision: null, journalled: lane, backlog: lane, deadLetters: [] },
  };
  const time = { earliestMs: 0, latestMs: null, source: "build" };
  return { version: "0.0.0", online: false, offlineReason: "", list: null, time, machines: [machine] };
}

function wireOf({ chip }: Rig, exchange: () => void): ChipWire {
  const read = (address: number, words: number): Promise<number[]> => {
    const answer = readRegisters(chip, address, words);
    if (typeof answer === "number") throw new CodedError("link.exception", String(answer));
    return Promise.resolve([...answer]);
  };
  return {
    read: (block) => {
      exchange();
      return read(block.address, block.words);
    },
    readIdentity: async () => {
      exchange();
      return decodeBlock(IDENTITY, await read(IDENTITY.address, IDENTITY.words));
    },
    write: (block, build) => {
      exchange();
      const exception = writeRegisters(chip, block.address, build());
      return exception ? Promise.reject(new CodedError("link.exception", String(exception))) : Promise.resolve();
    },
    exchangePage: async (build, records) => {
      exchange();
      const exception = writeRegisters(chip, LEASE.address, build());
      if (exception) throw new CodedError("link.exception", String(exception));
      return { data: await read(PAGE.address, PAGE.words + records * WINDOW.words), sentAtMs: 0, answeredAtMs: 0 };
    },
  };
}

function lendHand(ask: Ask, { chip, welder }: Rig, wiring: Wiring): void {
  if (ask === "pressEStop" || ask === "releaseEStop") wiring.eStopPressed = ask === "pressEStop";
  if (ask === "openEnclosure" || ask === "closeEnclosure") wiring.enclosureOpen = ask === "openEnclosure";
  if (ask === "pressStart") chip.panel.pressStart(chip.nowMs);
  if (ask === "powerAnew") chip.happen({ type: "clearFault" });
  if (ask === "weld") welder.weld({ ...JOB, amps: WELD_AMPS });
  wiring.connect(chip);
}

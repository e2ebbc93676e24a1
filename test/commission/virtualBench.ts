/** A simulated chip with its machine, on virtual time: its registers are what the commissioning speaks to, a jig's hands what it asks. */
import { IDENTITY, LEASE, PAGE, WINDOW } from "#protocol/chip/arcgateChip.ts";
import { decodeBlock } from "#protocol/chip/codec.ts";
import { parseDesignation } from "#protocol/codes/gbt10249.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { machineLimits } from "#scripts/install/commission/core/limits.ts";
import type { Bench } from "#scripts/install/commission/probes/bench.ts";
import { ChipDesk, type ChipWire } from "#scripts/install/commission/probes/chipDesk.ts";
import type { Ask } from "#scripts/install/machine/teller.ts";
import type { Chip } from "#simulator/chip/machine/chip.ts";
import { readRegisters } from "#simulator/chip/machine/registers.ts";
import { writeRegisters } from "#simulator/chip/machine/writes.ts";
import { DEVICE, type Rig, rig } from "#test/chip/rig.ts";

const ROUND_TRIP_MS = 12;
const PATIENCE_MS = 3_000;

export interface VirtualBench {
  bench: Bench;
  chip: Chip;
  asked: Ask[];
  /** Of the exchanges to come, every so many-th is lost or spoilt. */
  spoil(every: number, code: "link.timeout" | "link.badAnswer"): void;
}

/** `hands` does what is asked in place of the default, which does it rightly. */
export function virtualBench(model = "ZX7-400", hands?: (ask: Ask, chip: Chip) => boolean): VirtualBench {
  const designation = parseDesignation(model);
  const { alternating, ratedAmps, process } = designation;
  const machine = { process: process === "tig" || process === "mag" ? process : ("mma" as const), ratedAmps, alternating, vrd: false };
  const made = rig({}, machine);
  const { chip } = made;
  let spoilt: { every: number; code: "link.timeout" | "link.badAnswer" } | null = null;
  let requests = 0;
  let nowMs = 0;
  const pass = (ms: number) => {
    made.run(ms);
    nowMs += ms;
  };
  const wire = wireOf(made, () => {
    pass(ROUND_TRIP_MS);
    requests += 1;
    if (spoilt && requests % spoilt.every === 0) throw new CodedError(spoilt.code, "spoilt");
  });
  const asked: Ask[] = [];
  const bench: Bench = {
    desk: new ChipDesk(wire, DEVICE, chip.make.linkKey, 1_000),
    limits: machineLimits(designation, chip.make.sensor.rangeAmps),
    patienceMs: PATIENCE_MS,
    nowMs: () => nowMs,
    pause: (ms) => {
      pass(Math.max(0, ms));
      return Promise.resolve();
    },
    ask: (ask) => {
      asked.push(ask);
      if (!hands?.(ask, chip)) handle(ask, chip);
      return Promise.resolve();
    },
  };
  const spoil = (every: number, code: "link.timeout" | "link.badAnswer") => {
    spoilt = { every, code };
  };
  return { bench, chip, asked, spoil };
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
    exchangePage: async (build, records) => {
      exchange();
      const exception = writeRegisters(chip, LEASE.address, build());
      if (exception) throw new CodedError("link.exception", String(exception));
      return { data: await read(PAGE.address, PAGE.words + records * WINDOW.words), sentAtMs: 0, answeredAtMs: 0 };
    },
  };
}

function handle(ask: Ask, chip: Chip): void {
  if (ask === "pressEStop" || ask === "releaseEStop") chip.happen({ type: "eStop", on: ask === "pressEStop" });
  if (ask === "openEnclosure" || ask === "closeEnclosure") chip.happen({ type: "enclosure", on: ask === "openEnclosure" });
  if (ask === "pressStart") chip.panel.pressStart(chip.nowMs);
}

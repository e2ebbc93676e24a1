import { CodedError } from "#protocol/errors/codedError.ts";
import type { MachineCommand } from "#simulator/chip/control/commands.ts";
import type { Chip } from "#simulator/chip/machine/chip.ts";
import type { Wiring, WiringFault } from "#simulator/chip/machine/wiring.ts";
import type { Machine } from "#simulator/chip/plant/plant.ts";
import type { Player } from "#simulator/chip/plant/player.ts";
import type { Welder } from "#simulator/chip/plant/welder.ts";

/** One machine with its chip, the wires between them, and who works it: a welder or a recording. */
export interface Workplace {
  address: number;
  machine: Machine;
  /** Replaced at each boot. */
  chip: Chip;
  /** Boots the chip: a new one over the same memory, with the same welder in front of it. */
  boot(nowMs: number): void;
  welder: Welder | null;
  player: Player | null;
  wiring: Wiring;
}

const SHORTS_PER_S = { mma: 1, mag: 60, tig: 0 } as const;

/** Does what was asked and returns the machine's truth. Throws `chip.badCommand`. The chip has been advanced to now. */
export function command(place: Workplace, asked: MachineCommand) {
  const { chip, welder } = place;
  switch (asked.do) {
    case "weld":
      startWelding(place, asked);
      break;
    case "stop":
    case "walkAway":
      welder?.stop();
      break;
    case "pressStart":
      chip.panel.pressStart(chip.nowMs);
      break;
    case "clearFault":
      chip.happen({ type: "clearFault" });
      break;
    case "reset":
      place.boot(chip.nowMs);
      break;
    case "freeze":
      chip.sensor.freeze(asked.channel, asked.on);
      break;
    case "shortSensor":
      chip.sensor.shorted = asked.on ? asked.channel : null;
      break;
    case "modify":
      modifyMachine(place, asked);
      break;
    case "wiring":
      place.wiring.set(asked.fault, asked.on);
      place.wiring.connect(chip);
      break;
    case "truth":
      break;
    default:
      flip(place, asked.do, asked.on);
  }
  return truthOf(place);
}

type Switched = Exclude<Extract<MachineCommand, { on: boolean; do: string }>["do"], "freeze" | "shortSensor" | "wiring">;

/** Commands of their own name for what is a fault of the wiring too. */
const FAULT_OF: Partial<Record<Switched, WiringFault>> = {
  weldContact: "contactorWelded",
  mirrorFault: "mirrorOpen",
  bypass: "contactorBypassed",
  unplugSensor: "currentSensorUnplugged",
};

function flip({ chip, wiring }: Workplace, what: Switched, on: boolean): void {
  const fault = FAULT_OF[what];
  if (fault) wiring.set(fault, on);
  else if (what === "eStop") wiring.eStopPressed = on;
  else if (what === "enclosure") wiring.enclosureOpen = on;
  else if (what === "silence") chip.presence.silent = on;
  else chip.presence.foreign = on;
  wiring.connect(chip);
}

function modifyMachine({ welder }: Workplace, { noLoadVolts, arcVolts }: Extract<MachineCommand, { do: "modify" }>): void {
  if (!welder) throw new CodedError("chip.badCommand", "a recording is played here: its machine is what it was");
  welder.modify({ noLoadVolts, arcVolts });
}

/** Power goes, or something else runs in the chip's place: nothing holds the contactor any more. */
export function stopChip({ chip }: Workplace): void {
  chip.presence.stop();
  chip.contact.follow(false);
}

/** What a boot does not change, beside the wiring. */
export function rewire(chip: Chip, before: Chip): void {
  chip.contact.inherit(before.contact);
  chip.sensor.shorted = before.sensor.shorted;
  chip.presence.silent = before.presence.silent;
  chip.presence.foreign = before.presence.foreign;
  chip.setSpeed(before.speed);
}

function startWelding({ machine, welder }: Workplace, job: Extract<MachineCommand, { do: "weld" }>): void {
  if (!welder) throw new CodedError("chip.badCommand", "a recording is played here: nobody can weld besides");
  welder.weld({
    rods: job.rods,
    rodMs: Math.round(job.rodS * 1000),
    changeMs: Math.round(job.changeS * 1000),
    amps: Math.min(job.amps ?? Math.round(machine.ratedAmps * 0.3), machine.ratedAmps),
    shortsPerS: job.shortsPerS ?? SHORTS_PER_S[machine.process],
    pulseHz: job.pulseHz,
    lostPerRod: job.lostPerRod,
    stickMs: Math.round(job.stickS * 1000),
  });
}

/** What really is and was: the judge that the agent is held against. Times end in Ms; `Plant` times are scaled by the speed, others are uptime. */
export function truthOf({ address, machine, chip, welder, player, wiring }: Workplace) {
  const { contactor, ring, make } = chip;
  const traceStartMs = player?.startedAtMs ?? null;
  return {
    device: make.device,
    address,
    process: machine.process,
    ...chip.truth(),
    contactorClosed: contactor.commandedClosed && chip.presence.isRunning,
    mirrorClosed: chip.contact.mirrorClosed,
    powered: chip.contact.powers,
    eStop: wiring.eStopPressed,
    enclosureOpen: wiring.enclosureOpen,
    wiring: wiring.faults,
    fault: contactor.fault,
    openedBy: contactor.openedBy,
    opens: chip.contact.openings,
    session: contactor.session,
    totals: chip.account.totals,
    vault: chip.memory.vault,
    calibration: chip.memory.calibration,
    inBootloader: chip.presence.inBootloader,
    leaseAccepted: chip.desk.accepted,
    lastLeaseAtMs: chip.desk.lastAtMs,
    leaseRemainingMs: chip.leaseRemainingMs,
    leaseResult: chip.desk.result,
    leaseCounter: chip.desk.counter,
    lamp: chip.panel.isBlinking(chip.nowMs) ? "blink" : chip.panel.lamp,
    startPresses: chip.panel.startPresses,
    welding: welder?.busy ?? player?.done === false,
    rodsLeft: welder?.rodsLeft ?? 0,
    traceStartSeq: traceStartMs === null ? null : Math.floor(traceStartMs / make.windowMs),
    traceStartMs,
    traceZeroMs: player?.zeroAtMs ?? null,
    traceDone: player?.done ?? false,
    windowMs: make.windowMs,
    nextSeq: ring.nextSeq,
    ringRecords: ring.records,
    lostWindows: ring.lostWindows,
    speed: chip.speed,
    plantMs: chip.plantMs,
    uptimeMs: chip.uptimeMs,
    bootCount: chip.memory.bootCount,
  };
}

export type MachineTruth = ReturnType<typeof truthOf>;

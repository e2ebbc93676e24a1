import { BLINK, LEASE, type LeaseResult, SETTINGS } from "#protocol/chip/arcgateChip.ts";
import { decodeBlock } from "#protocol/chip/codec.ts";
import { decodeLease } from "#protocol/chip/link.ts";
import { PROVISION } from "#protocol/chip/provision.ts";
import { CALIBRATION, GAIN_RANGE, UPDATE, UPDATE_ENTRY } from "#protocol/chip/service.ts";
import type { Block } from "#protocol/chip/table.ts";
import { ENVELOPE, FLOORS } from "#protocol/chip/vault.ts";
import type { Chip } from "#simulator/chip/machine/chip.ts";
import { EXCEPTION, type Exception, firmwareOf } from "#simulator/chip/machine/registers.ts";

const MOST_ARC_MIN_AMPS = 200;

/** What an authentic write, its counter checked, comes to. `obey` for a lease says so itself. */
type Writer = (chip: Chip, words: Uint16Array) => LeaseResult;

const WRITERS: ReadonlyMap<Block, Writer> = new Map<Block, Writer>([
  [LEASE, writeLease],
  [SETTINGS, writeSettings],
  [FLOORS, writeFloors],
  [ENVELOPE, writeEnvelope],
  [CALIBRATION, writeCalibration],
  [UPDATE, writeUpdate],
]);

/** Writes whole blocks only. What became of an authenticated one is in the page's `leaseResult`: a wrong MAC is no Modbus exception. */
export function writeRegisters(chip: Chip, address: number, words: Uint16Array): Exception | undefined {
  if (address === BLINK.address && words.length === BLINK.words) return blink(chip, words);
  if (address === PROVISION.address && words.length === PROVISION.words) return provision(chip, words);
  const found = [...WRITERS].find(([block]) => block.address === address && block.words === words.length);
  if (!found) return EXCEPTION.illegalAddress;
  const [block, write] = found;
  // Every such block begins with its counter, but for LEASE, which has its mode before it.
  const counter = block === LEASE ? decodeBlock(LEASE, words).counter : decodeBlock(SETTINGS, words).counter;
  if (chip.desk.admits(block, words, counter)) chip.desk.result = write(chip, words);
  return undefined;
}

function blink(chip: Chip, words: Uint16Array): Exception | undefined {
  const { seconds } = decodeBlock(BLINK, words);
  if (seconds > 60) return EXCEPTION.illegalValue;
  chip.panel.blink(seconds, chip.nowMs);
  return undefined;
}

/** Answered first; the boot comes after. */
function provision({ make, presence, nowMs }: Chip, words: Uint16Array): Exception | undefined {
  switch (make.silicon?.desk.take(words) ?? "closed") {
    case "taken":
      presence.bootAt(nowMs);
      return undefined;
    case "repeated":
      return undefined;
    case "closed":
      return EXCEPTION.illegalAddress;
    case "badValue":
      return EXCEPTION.illegalValue;
  }
}

function writeLease(chip: Chip, words: Uint16Array): LeaseResult {
  const order = decodeLease(words);
  return order ? chip.obey(order) : "badValue";
}

function writeSettings(chip: Chip, words: Uint16Array): LeaseResult {
  const { arcMinAmps, alternating } = decodeBlock(SETTINGS, words);
  if (arcMinAmps === 0 || arcMinAmps > MOST_ARC_MIN_AMPS || alternating > 1) return "badValue";
  chip.applySettings({ arcMinAmps, alternating: alternating === 1 });
  return "accepted";
}

function writeFloors(chip: Chip, words: Uint16Array): LeaseResult {
  chip.vault.raise(decodeBlock(FLOORS, words), chip.uptimeMs);
  chip.keep();
  return "accepted";
}

function writeEnvelope(chip: Chip, words: Uint16Array): LeaseResult {
  if (!chip.vault.take(words, chip.uptimeMs)) return "badEnvelope";
  chip.keep();
  return "accepted";
}

function writeCalibration(chip: Chip, words: Uint16Array): LeaseResult {
  const { counter: _counter, mac: _mac, lock, ...calibration } = decodeBlock(CALIBRATION, words);
  const gains = [calibration.currentGain, calibration.voltageGain];
  const flags = [calibration.currentReversed, calibration.voltageReversed, lock];
  if (gains.some((gain) => gain < GAIN_RANGE.least || gain > GAIN_RANGE.most) || flags.some((flag) => flag > 1)) return "badValue";
  if (chip.vault.isCalibrationLocked) return "refused";
  chip.calibrate(calibration, lock === 1);
  return "accepted";
}

function writeUpdate(chip: Chip, words: Uint16Array): LeaseResult {
  const { entry, firmware } = decodeBlock(UPDATE, words);
  if (entry !== UPDATE_ENTRY) return "badValue";
  if (chip.contact.powers || chip.currentPresent || firmware < firmwareOf(chip)) return "refused";
  chip.presence.enterBootloader(chip.nowMs);
  return "accepted";
}

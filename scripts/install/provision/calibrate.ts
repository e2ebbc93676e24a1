/** The zero of current and voltage, with the contactor open; and the lock that makes it final. */
import { setTimeout as sleep } from "node:timers/promises";
import type { ChipIo, Identity } from "#agent/shell/serial/chipIo.ts";
import { STATUS } from "#protocol/chip/arcgateChip.ts";
import { decodeBlock } from "#protocol/chip/codec.ts";
import { isAuthentic, type PageHeader, seal } from "#protocol/chip/link.ts";
import { CALIBRATION } from "#protocol/chip/service.ts";
import type { Decoded } from "#protocol/chip/table.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { insist, isLost, provenHeader } from "#scripts/install/provision/chipWire.ts";

/** Readings of so many windows make the zero; one window after another, however fast the bus is. */
const WINDOWS = 8;
const MOST_READS = 200;
const ATTEMPTS = 3;
const NO_MAC = new Uint8Array(8);
/** Beyond it the sensor is broken or wired wrong, and must not be made right by calculation. */
const FARTHEST = { share: 0.02, leastAmps: 8, leastVolts: 3 } as const;

type Calibration = Decoded<typeof CALIBRATION>;

export interface OwnChip {
  readonly io: ChipIo;
  readonly identity: Identity;
  readonly linkKey: Uint8Array;
}

export async function readCalibration({ io, identity, linkKey }: OwnChip): Promise<Calibration> {
  const secret = { key: linkKey, bootNonce: identity.bootNonce };
  const words = await insist(() => io.read(CALIBRATION, "urgent"));
  if (!isAuthentic(CALIBRATION, words, secret)) throw await io.explainBadMac(secret, "urgent");
  return decodeBlock(CALIBRATION, words);
}

/** Measures, writes and reads back. Throws `provision.energised`, `provision.sensorMissing`, `provision.zeroFarOff`, `provision.notKept`. */
export async function calibrateZero(chip: OwnChip): Promise<{ currentOffsetAmps: number; voltageOffsetVolts: number }> {
  const before = await readCalibration(chip);
  const shown = await meanReading(chip);
  const amps = before.currentOffsetAmps + rawOf(shown.amps, before.currentGain, before.currentReversed);
  const volts = before.voltageOffsetVolts + rawOf(shown.volts, before.voltageGain, before.voltageReversed);
  // As finely as the register holds them.
  const offsets = { currentOffsetAmps: Math.round(amps * 10) / 10, voltageOffsetVolts: Math.round(volts * 100) / 100 };
  checkFar(offsets, chip.identity);
  await writeCalibration(chip, { ...before, ...offsets });
  return offsets;
}

/** The last write to the calibration: only an envelope of the platform opens it again, and nobody reads the silicon. */
export async function lockCalibration(chip: OwnChip): Promise<void> {
  const before = await readCalibration(chip);
  if (before.lock !== 1) await writeCalibration(chip, { ...before, lock: 1 });
}

/** Written until it is read back: an answer that was lost is no failure. */
async function writeCalibration(chip: OwnChip, values: Calibration): Promise<void> {
  const { io, identity, linkKey } = chip;
  const secret = { key: linkKey, bootNonce: identity.bootNonce };
  let unlike: string | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const { leaseCounter } = await provenHeader(io, identity, linkKey);
    const words = seal(CALIBRATION, { ...values, counter: leaseCounter + 1, mac: NO_MAC }, secret);
    await io
      .write(CALIBRATION, () => words)
      .catch((error: unknown) => {
        if (!isLost(error)) throw error;
      });
    unlike = firstUnlike(decodeBlock(CALIBRATION, words), await readCalibration(chip));
    if (unlike === undefined) return;
  }
  throw new CodedError("provision.notKept", `CALIBRATION ${unlike}`);
}

function firstUnlike(written: Calibration, there: Calibration): string | undefined {
  const names = Object.keys(written).filter((name) => name !== "counter" && name !== "mac") as (keyof Calibration)[];
  return names.find((name) => written[name] !== there[name]);
}

/** What is shown is corrected already: back to what the sensor said, beside its offset. */
function rawOf(shown: number, gain: number, reversed: number): number {
  return ((reversed === 1 ? -1 : 1) * shown) / gain;
}

async function meanReading({ io, identity, linkKey }: OwnChip): Promise<{ amps: number; volts: number }> {
  const readings = new Map<number, PageHeader>();
  for (let reads = 0; readings.size < WINDOWS; reads += 1) {
    if (reads > MOST_READS) throw new CodedError("provision.sensorMissing", "no windows");
    const header = await provenHeader(io, identity, linkKey);
    checkIdle(header);
    readings.set(header.nextSeq, header);
    await sleep(identity.windowMs / 4);
  }
  const all = [...readings.values()];
  const mean = (value: (header: PageHeader) => number) => all.reduce((sum, header) => sum + value(header), 0) / all.length;
  return { amps: mean(({ currentAmps }) => currentAmps), volts: mean(({ voltageVolts }) => voltageVolts) };
}

function checkIdle({ status }: PageHeader): void {
  if ((status & STATUS.sensorMissing) !== 0) throw new CodedError("provision.sensorMissing");
  if ((status & (STATUS.commandedClosed | STATUS.mirrorClosed)) !== 0) throw new CodedError("provision.energised", "contactor closed");
}

function checkFar(
  offsets: { currentOffsetAmps: number; voltageOffsetVolts: number },
  { sensorRangeAmps, sensorRangeVolts }: Identity,
): void {
  const { currentOffsetAmps: amps, voltageOffsetVolts: volts } = offsets;
  const farAmps = Math.abs(amps) > Math.max(FARTHEST.leastAmps, FARTHEST.share * sensorRangeAmps);
  const farVolts = Math.abs(volts) > Math.max(FARTHEST.leastVolts, FARTHEST.share * sensorRangeVolts);
  if (farAmps || farVolts) throw new CodedError("provision.zeroFarOff", `${amps.toFixed(1)} A, ${volts.toFixed(2)} V`);
}

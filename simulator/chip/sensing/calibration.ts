import type { CALIBRATION } from "#protocol/chip/service.ts";
import type { Decoded } from "#protocol/chip/table.ts";
import type { Piece } from "#simulator/chip/plant/plant.ts";

export type Calibration = Omit<Decoded<typeof CALIBRATION>, "counter" | "lock" | "mac">;

/** As the chip leaves its maker. */
export const NO_CALIBRATION: Calibration = {
  ...{ currentGain: 1, currentOffsetAmps: 0, currentReversed: 0 },
  ...{ voltageGain: 1, voltageOffsetVolts: 0, voltageReversed: 0 },
};

/** What the converters said becomes what flows. */
export function correct(sensed: Piece, calibration: Calibration): void {
  const amps = (sensed.amps - calibration.currentOffsetAmps) * calibration.currentGain;
  const volts = (sensed.volts - calibration.voltageOffsetVolts) * calibration.voltageGain;
  sensed.amps = calibration.currentReversed === 1 ? -amps : amps;
  sensed.volts = calibration.voltageReversed === 1 ? -volts : volts;
}

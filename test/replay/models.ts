import type { MeterSettings } from "#agent/core/metering/settings.ts";
import { parseDesignation } from "#protocol/codes/gbt10249.ts";
import type { WeldingProcess } from "#scripts/recordings/timeline.ts";
import { checkOptions } from "#simulator/chip/options.ts";
import type { SensedMachine } from "#test/replay/sensed.ts";

/** A machine for each kind of recording. */
export const MODEL_OF: Readonly<Record<WeldingProcess, string>> = {
  mma: "ZX7-400",
  mag: "NBC-350",
  pulse: "NBM-350",
  tig: "WS-315",
  ac: "BX1-500",
};

/** What chip and agent make of a designation, as `npm run sim -- replay` starts them. */
export function machineOf(model: string): { sensed: SensedMachine; settings: MeterSettings } {
  const { machine, rangeAmps, windowMs } = checkOptions({ tty: "-", model });
  const { arcMinAmps, alternating, ratedAmps, ratedDutyCycle } = parseDesignation(model);
  return {
    sensed: { machine, arcMinAmps, windowMs, sensorRangeAmps: rangeAmps },
    settings: { windowMs, arcMinAmps, alternating, ratedAmps, ratedDutyCycle, sensorRangeAmps: rangeAmps },
  };
}

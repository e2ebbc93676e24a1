/** What was wired wrong between the machine and its chip, and the switches at the wires' ends: a boot changes none of it. */
import type { Chip } from "#simulator/chip/machine/chip.ts";

export const WIRING_FAULTS = [
  /** Current sensor the other way round; its plug out; its zero a tenth of its range off; one of twice the range. */
  "currentReversed",
  "currentSensorUnplugged",
  "currentSensorDrifted",
  "currentSensorHalf",
  /** Voltage leads changed; not connected; bridged. */
  "voltageReversed",
  "voltageLeadsOpen",
  "voltageLeadsShorted",
  /** The contactor's coil; its main contact, once it has closed; a wire round it. */
  "coilOpen",
  "contactorWelded",
  "contactorBypassed",
  /** The mirror contact never closes; always is closed. */
  "mirrorOpen",
  "mirrorStuck",
  /** The chip renews its leases for itself. */
  "leaseIgnored",
  "eStopNotWired",
  /** A normally open contact where a normally closed one belongs, or the other way round. */
  "eStopInverted",
  "enclosureNotWired",
  "startNotWired",
  /** Its contact is bridged: pressed all the time. */
  "startStuck",
] as const;
export type WiringFault = (typeof WIRING_FAULTS)[number];

const DRIFT_PART_OF_RANGE = 0.1;

export class Wiring {
  readonly #faults = new Set<WiringFault>();
  eStopPressed = false;
  enclosureOpen = false;

  get faults(): WiringFault[] {
    return [...this.#faults];
  }

  set(fault: WiringFault, on: boolean): void {
    if (on) this.#faults.add(fault);
    else this.#faults.delete(fault);
  }

  /** The chip as it stands at these wires: to be told after each change, and at each boot. */
  connect(chip: Chip): void {
    const has = (fault: WiringFault) => this.#faults.has(fault);
    const { contact, sensor, panel, desk, contactor } = chip;
    contact.cutCoil(has("coilOpen"));
    contact.weld(has("contactorWelded"));
    contact.bypassed = has("contactorBypassed");
    contact.mirrorStuckOpen = has("mirrorOpen");
    contact.mirrorStuckClosed = has("mirrorStuck");
    sensor.unplugged = has("currentSensorUnplugged");
    sensor.wires = {
      ampsGain: (has("currentReversed") ? -1 : 1) * (has("currentSensorHalf") ? 0.5 : 1),
      driftPartOfRange: has("currentSensorDrifted") ? DRIFT_PART_OF_RANGE : 0,
      voltsGain: has("voltageLeadsOpen") || has("voltageLeadsShorted") ? 0 : has("voltageReversed") ? -1 : 1,
    };
    panel.startButton = has("startStuck") ? "stuck" : has("startNotWired") ? "notWired" : "wired";
    desk.renewsItself = has("leaseIgnored");
    const eStop = !has("eStopNotWired") && this.eStopPressed !== has("eStopInverted");
    const enclosureOpen = this.enclosureOpen && !has("enclosureNotWired");
    if (eStop !== contactor.eStop) chip.happen({ type: "eStop", on: eStop });
    if (enclosureOpen !== contactor.enclosureOpen) chip.happen({ type: "enclosure", on: enclosureOpen });
  }
}

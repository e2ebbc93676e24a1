import type { ProvisionDesk } from "#simulator/chip/machine/provisionDesk.ts";
import type { SensorMake } from "#simulator/chip/sensing/sensor.ts";

/** What a chip is given once: by its maker, its installer, and its boot. */
export interface ChipMake {
  device: string;
  uid: Uint8Array;
  linkKey: Uint8Array;
  /** Shared with the platform alone. */
  budgetKey: Uint8Array;
  /** Random, of this boot. */
  bootNonce: Uint8Array;
  /** The part that it runs on; without one it is firmware 1.0.0, provisioned on the bench. */
  silicon?: { firmware: number; desk: ProvisionDesk };
  windowMs: number;
  sensor: SensorMake;
  /** As the chip leaves the bench; the agent's settings replace them. */
  arcMinAmps: number;
  alternating: boolean;
  /** What the plant really is, for the truth. */
  plantArcMinAmps: number;
  plantAlternating: boolean;
  speed: number;
}

/** What detection knows of the machine, and what it finds. */
import type { Evidence } from "#agent/core/detection/evidence.ts";
import type { PayloadOf } from "#protocol/events/payloads.ts";

type Quantity = PayloadOf<"sensorShorted">["quantity"];

/** What was measured against which threshold. Times are of the chip's window clock. */
export interface Measure {
  /** When the condition began. */
  atMs: number;
  /** How long it had held when it was told. */
  forMs: number;
  quantity: Quantity;
  measured: number;
  threshold: number;
}

/** A rule that was met, before its evidence is put to it. */
export type Found =
  | { name: "suspectedModifiedWelder"; reason: PayloadOf<"suspectedModifiedWelder">["reason"]; measure: Measure }
  | { name: "abnormalOperation"; reason: PayloadOf<"abnormalOperation">["reason"]; measure: Measure }
  | { name: "sensorShorted"; reason: PayloadOf<"sensorShorted">["reason"]; measure: Measure }
  | { name: "reversedSensor" | "voltageWithoutCurrent"; measure: Measure }
  /** Latched by the chip, or seen at its contacts. */
  | { name: "currentWhileOpen" | "weldedContact" | "mirrorDisagrees" | "sensorMissing" };

/** `toldMs`: when the rule was met, on the window clock. */
export interface Finding {
  found: Found;
  toldMs: number;
  evidence: Evidence;
}

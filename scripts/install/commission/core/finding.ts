/** What an item of the commissioning came to. Data: the journal keeps it, the report carries it. */
import type { FaultId } from "#scripts/install/commission/core/faults.ts";
import type { ItemId } from "#scripts/install/commission/core/items.ts";

export interface Measure {
  name: string;
  value: number;
  /** `A`, `V`, `ms`, `s`, or empty for a count; 1 = yes, 0 = no. */
  unit: string;
}

/** What the measure of the same name was judged by; null: no bound on that side. */
export interface Limit {
  name: string;
  least: number | null;
  most: number | null;
  unit: string;
}

export interface Finding {
  verdict: "pass" | "fail" | "skipped";
  measured: Measure[];
  limits: Limit[];
  /** Only when failed. */
  fault: FaultId | null;
  /** Only when skipped: the item that must pass first, or why it has no meaning here. */
  because: ItemId | "offline" | "dry" | null;
}

type Figures = Pick<Finding, "measured" | "limits">;

export function passed(figures: Figures): Finding {
  return { verdict: "pass", ...figures, fault: null, because: null };
}

export function failed(fault: FaultId, figures: Figures = { measured: [], limits: [] }): Finding {
  return { verdict: "fail", ...figures, fault, because: null };
}

export function skipped(because: NonNullable<Finding["because"]>, figures: Figures = { measured: [], limits: [] }): Finding {
  return { verdict: "skipped", ...figures, fault: null, because };
}

export function measure(name: string, value: number, unit: string): Measure {
  return { name, value: Math.round(value * 100) / 100, unit };
}

export function yesNo(name: string, value: boolean): Measure {
  return { name, value: value ? 1 : 0, unit: "" };
}

export function limit(name: string, least: number | null, most: number | null, unit: string): Limit {
  return { name, least, most, unit };
}

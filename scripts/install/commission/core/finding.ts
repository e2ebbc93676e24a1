/** What an item of the commissioning came to. Data: the journal keeps it, the report carries it. */
import type { ReportItem } from "#protocol/install/report.ts";
import type { FaultId } from "#scripts/install/commission/core/faults.ts";
import type { ItemId } from "#scripts/install/commission/core/items.ts";
import type { MeasureName } from "#scripts/install/commission/core/measures.ts";

export type Measure = ReportItem["measured"][number];
/** What the measure of the same name was judged by; null: no bound on that side. */
type Limit = ReportItem["limits"][number];
type Unit = Measure["unit"];

export interface Finding {
  verdict: ReportItem["verdict"];
  measured: Measure[];
  limits: Limit[];
  /** Only when failed. */
  fault: FaultId | null;
  /** Only when skipped: the item that must pass first, or why it has no meaning here. */
  because: ItemId | "offline" | null;
  /** In words, where a name is not enough: the code that refused a scan, why the platform is not reached. */
  detail: string;
}

type Figures = Pick<Finding, "measured" | "limits">;
const NO_FIGURES: Figures = { measured: [], limits: [] };

export function passed(figures: Figures): Finding {
  return { verdict: "pass", ...figures, fault: null, because: null, detail: "" };
}

export function failed(fault: FaultId, figures: Figures = NO_FIGURES, detail = ""): Finding {
  return { verdict: "fail", ...figures, fault, because: null, detail };
}

export function skipped(because: NonNullable<Finding["because"]>, figures: Figures = NO_FIGURES): Finding {
  return { verdict: "skipped", ...figures, fault: null, because, detail: "" };
}

export function measure(name: MeasureName, value: number, unit: Unit): Measure {
  return { name, value: Math.round(value * 100) / 100, unit };
}

export function yesNo(name: MeasureName, value: boolean): Measure {
  return { name, value: value ? 1 : 0, unit: "" };
}

export function limit(name: MeasureName, least: number | null, most: number | null, unit: Unit): Limit {
  return { name, least, most, unit };
}

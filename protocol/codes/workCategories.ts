/** Work categories of special operations (30号令), class 2 焊接与热切割, as the certificate list's category byte holds them. */
import type { ArcProcess } from "#protocol/codes/processes.ts";
import { shown } from "#protocol/codes/shown.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

export const CATEGORY_IDS = ["2.1", "2.2", "2.3", "construction", "specialEquipment"] as const;
export type CategoryId = (typeof CATEGORY_IDS)[number];

export interface WorkCategory {
  /** Bit of the list entry's category byte. Never reassigned; 5 to 7 are free. */
  readonly bit: number;
  readonly zh: string;
  readonly en: string;
}

/** The last two are certificates of other regimes: kept apart, and good for nothing unless a policy says so. */
export const WORK_CATEGORIES: Readonly<Record<CategoryId, WorkCategory>> = {
  "2.1": { bit: 0, zh: "熔化焊接与热切割作业", en: "fusion welding and thermal cutting" },
  "2.2": { bit: 1, zh: "压力焊作业", en: "pressure welding" },
  "2.3": { bit: 2, zh: "钎焊作业", en: "brazing" },
  construction: { bit: 3, zh: "建筑施工特种作业（焊工）", en: "construction welder (another regime)" },
  specialEquipment: { bit: 4, zh: "特种设备焊接作业", en: "special-equipment welder (another regime)" },
};

const KNOWN_BITS = categoryMask(CATEGORY_IDS);

/** The category that the work of a process requires: every arc is fusion welding or thermal cutting. */
const REQUIRED: Readonly<Record<ArcProcess, CategoryId>> = { mma: "2.1", mag: "2.1", tig: "2.1", submerged: "2.1", plasma: "2.1" };

export function requiredCategory(process: ArcProcess): CategoryId {
  return REQUIRED[process];
}

/** Errors: `codes.unknownCategory`. */
export function parseCategoryId(text: string): CategoryId {
  const id = CATEGORY_IDS.find((known) => known === text);
  if (!id) throw new CodedError("codes.unknownCategory", shown(text));
  return id;
}

export function categoryMask(ids: readonly CategoryId[]): number {
  return ids.reduce((mask, id) => mask | (1 << WORK_CATEGORIES[id].bit), 0);
}

/** Categories of a list entry's byte, in order of bit. Errors: `codes.unknownCategory` for a bit that is free. */
export function categoriesOf(mask: number): CategoryId[] {
  if (!Number.isInteger(mask) || mask < 0 || mask > KNOWN_BITS) throw new CodedError("codes.unknownCategory", `category byte ${mask}`);
  return CATEGORY_IDS.filter((id) => coversCategory(mask, id));
}

/** Whether a list entry's byte holds the category. 2.2 or 2.3 never stands in for 2.1. */
export function coversCategory(mask: number, id: CategoryId): boolean {
  return (mask & (1 << WORK_CATEGORIES[id].bit)) !== 0;
}

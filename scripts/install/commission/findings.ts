/** The items' results of this run and of those before it: told, journalled, and kept as long as they count. */
import { z } from "zod";
import { FAULTS, type FaultId } from "#scripts/install/commission/core/faults.ts";
import { type Finding, failed, passed, skipped } from "#scripts/install/commission/core/finding.ts";
import { ITEM_IDS, ITEMS, type ItemId } from "#scripts/install/commission/core/items.ts";
import { blockerOf, type Results, stillGood } from "#scripts/install/commission/core/plan.ts";
import { findingWords } from "#scripts/install/commission/core/words.ts";
import type { Job } from "#scripts/install/machine/job.ts";
import type { Teller } from "#scripts/install/machine/teller.ts";

const STEP = "commission";
const unit = z.enum(["", "A", "V", "ms", "s"]);
const Stored = z.object({
  finding: z.object({
    verdict: z.enum(["pass", "fail", "skipped"]),
    measured: z.array(z.object({ name: z.string(), value: z.number(), unit })),
    limits: z.array(z.object({ name: z.string(), least: z.number().nullable(), most: z.number().nullable(), unit })),
    fault: z.enum(Object.keys(FAULTS) as FaultId[]).nullable(),
    because: z.enum([...(Object.keys(ITEMS) as ItemId[]), "offline"]).nullable(),
    detail: z.string(),
  }),
  atMs: z.number(),
  uid: z.string(),
  dry: z.boolean(),
});

interface Run {
  /** Of the chip. */
  uid: string;
  dry: boolean;
  /** The installer's clock. */
  nowMs(): number;
}

export class Findings {
  readonly results: Results;
  readonly #job: Job;
  readonly #teller: Teller;
  readonly #run: Run;

  constructor(job: Job, teller: Teller, run: Run) {
    this.#job = job;
    this.#teller = teller;
    this.#run = run;
    this.results = stillGood(storedResults(job), { ...run, nowMs: run.nowMs() });
  }

  /** An earlier run has it, and it still counts. */
  isKept(id: ItemId): boolean {
    return this.results[id] !== undefined;
  }

  note(id: ItemId, finding: Finding): void {
    const { uid, dry, nowMs } = this.#run;
    const result = { finding, atMs: nowMs(), uid, dry };
    this.results[id] = result;
    this.#job.record(`${STEP}/${id}`, result);
    this.#teller.tell({ step: STEP, ...findingWords(id, finding) });
  }

  /** Does what `act` does when nothing stands before it; it gives what is wrong, or null. */
  async attempt(id: ItemId, act: () => Promise<FaultId | null>): Promise<void> {
    const blocker = blockerOf(id, this.results);
    if (blocker) return this.note(id, skipped(blocker));
    const fault = await act();
    this.note(id, fault === null ? passed({ measured: [], limits: [] }) : failed(fault));
  }
}

/** What is not ours, or of another version, is done again. */
function storedResults(job: Job): Results {
  const results: Results = {};
  for (const id of ITEM_IDS) {
    const stored = Stored.safeParse(job.result(`${STEP}/${id}`));
    if (stored.success) results[id] = stored.data;
  }
  return results;
}

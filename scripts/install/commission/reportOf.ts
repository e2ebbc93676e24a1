import type { Identity } from "#agent/shell/serial/chipIo.ts";
import type { CommissionReport } from "#protocol/install/report.ts";
import { ITEM_IDS, ITEMS } from "#scripts/install/commission/core/items.ts";
import type { Outcome, Results } from "#scripts/install/commission/core/plan.ts";
import type { SeenAgent } from "#scripts/install/commission/examineThroughAgent.ts";
import type { MachineSettings } from "#scripts/install/commission/machineSettings.ts";

const TOOL = "arcgate-install 0.1.0";
const DETAIL_CHARACTERS = 256;

interface Facts {
  machine: MachineSettings;
  identity: Identity;
  signer: CommissionReport["signer"];
  dry: boolean;
  outcome: Outcome;
  agent: SeenAgent;
  endedMs: number;
}

/** The report that is signed: the same results make the same report. */
export function reportOf({ machine, identity, signer, dry, outcome, agent, endedMs }: Facts, results: Results): CommissionReport {
  return {
    v: 1,
    ...{ device: machine.device, designation: machine.designation },
    uid: Buffer.from(identity.uid).toString("hex"),
    firmware: `${identity.firmware >>> 16}.${(identity.firmware >>> 8) & 0xff}.${identity.firmware & 0xff}`,
    ...{ sensorRangeAmps: identity.sensorRangeAmps, sensorRangeVolts: identity.sensorRangeVolts },
    ...{ tool: TOOL, agent: agent?.version ?? null, signer, dry, outcome, time: agent?.time ?? null, endedMs },
    items: ITEM_IDS.flatMap((item) => {
      const result = results[item];
      if (!result) return [];
      const { finding, atMs } = result;
      const { verdict, measured, limits, fault, because, detail } = finding;
      return [
        { item, safety: ITEMS[item].safety, verdict, atMs, measured, limits, fault, because, detail: detail.slice(0, DETAIL_CHARACTERS) },
      ];
    }),
  };
}

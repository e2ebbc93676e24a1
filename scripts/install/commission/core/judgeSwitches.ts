/** Verdicts on what the installer's hands do: emergency stop, enclosure, start button. */
import type { FaultId } from "#scripts/install/commission/core/faults.ts";
import { type Finding, failed, limit, measure, passed, skipped, yesNo } from "#scripts/install/commission/core/finding.ts";
import type { StartReading, SwitchReading } from "#scripts/install/commission/core/readings.ts";

interface SwitchFaults {
  notWired: FaultId;
  inverted: FaultId;
  ignored: FaultId;
}

const SWITCH_FAULTS = {
  eStop: { notWired: "eStopNotWired", inverted: "eStopInverted", ignored: "eStopIgnored" },
  enclosure: { notWired: "enclosureNotWired", inverted: "enclosureInverted", ignored: "enclosureIgnored" },
} as const satisfies Record<"eStop" | "enclosure", SwitchFaults>;

export function judgeSwitch(which: "eStop" | "enclosure", reading: SwitchReading): Finding {
  const { atRest, operated, opened, openedBy, resultMeanwhile, restored, closedAfter } = reading;
  const faults = SWITCH_FAULTS[which];
  const figures = { measured: switchMeasures(reading), limits: [] };
  if (atRest) return failed(operated === false ? faults.inverted : faults.notWired, figures);
  if (operated === false) return failed(faults.notWired, figures);
  // Its input is right, as far as it was asked; whether it opens could not be seen.
  if (operated === null || opened === null) return skipped("contactor", figures);
  if (!opened || openedBy !== which || resultMeanwhile !== "refused" || closedAfter) return failed(faults.ignored, figures);
  return restored === false ? passed(figures) : failed(faults.notWired, figures);
}

function switchMeasures({ atRest, operated, opened, resultMeanwhile, restored, closedAfter }: SwitchReading) {
  const measured = [yesNo("atRest", atRest)];
  if (operated !== null) measured.push(yesNo("operated", operated));
  if (opened !== null) measured.push(yesNo("opens", opened));
  if (resultMeanwhile !== null) measured.push(yesNo("blocks", resultMeanwhile === "refused"));
  if (restored !== null) measured.push(yesNo("restored", !restored), yesNo("closesByItself", closedAfter));
  return measured;
}

export function judgeStart({ pressedAtRest, presses }: StartReading): Finding {
  const figures = {
    measured: [yesNo("pressedAtRest", pressedAtRest), measure("presses", presses, "")],
    limits: [limit("presses", 1, null, "")],
  };
  if (pressedAtRest) return failed("startStuck", figures);
  return presses < 1 ? failed("startNotWired", figures) : passed(figures);
}

/** Machines that share a module, unattended: flashed and provisioned on a bench, mounted on buses, commissioned there one after another. */
import { join } from "node:path";
import { inFolder, say } from "#scripts/bench/base/workplace.ts";
import { atWorkshop, installAll } from "#scripts/bench/install/workshopRun.ts";

export interface BusesResult {
  bench: "install --buses";
  machines: number;
  buses: number;
  /** That have a signed report, in a second run too: nothing was done twice. */
  commissioned: number;
  benchMinutes: number;
  siteMinutes: number;
  siteMinutesPerMachine: number | null;
}

/** Thirty-two on two buses; `quick`: two on one, without the line's pace. */
export async function installBuses(quick: boolean): Promise<BusesResult> {
  const { machines, perBus, kilobytes } = quick ? { machines: 2, perBus: 2, kilobytes: 2 } : { machines: 32, perBus: 16, kilobytes: 40 };
  const buses = machines / perBus;
  say(`安装 ${machines} 台，共用一个模块，${buses} 条总线`, `${machines} machines at one module on ${buses} bus(es)`);
  const options = ["--per-bus", `${perBus}`, ...(quick ? ["--unpaced"] : [])];
  return await inFolder(async (folder) => {
    const out = join(folder, "out");
    const about = { machines, kilobytes };
    const bench = await atWorkshop(folder, about, (ready) => installAll(ready, out), ["--modules", ...options]);
    if (bench.summary.toMount.length !== machines) throw new Error("not all machines left their bench: see above");
    const { site, again } = await atWorkshop(
      folder,
      about,
      async (ready) => {
        const first = await installAll(ready, out, ["--stage", "site"]);
        return { site: first, again: await installAll(ready, out, ["--stage", "site"]) };
      },
      ["--buses", ...options],
    );
    const commissioned = Math.min(site.summary.done, again.summary.skipped);
    const [benchMinutes, siteMinutes] = [minutes(bench.seconds), minutes(site.seconds)];
    const { minutesPerMachine: siteMinutesPerMachine } = site.summary;
    return { bench: "install --buses", machines, buses, commissioned, benchMinutes, siteMinutes, siteMinutesPerMachine };
  });
}

function minutes(seconds: number): number {
  return Number((seconds / 60).toFixed(2));
}

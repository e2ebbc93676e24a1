/** Somebody's hands at a simulated machine: what the installer's tool asks for, as commands of the part. */
import type { JigRequest } from "#protocol/install/jig.ts";
import { phoneOf } from "#simulator/phone/phone.ts";
import { scanAtPage, scanThroughPlatform } from "#simulator/phone/scan.ts";

export interface Platform {
  /** The phone's holder is registered here. */
  dataDir: string;
  controlPath: string;
}

/** Of the one machine that is meant. */
export interface Workpiece {
  /** What its control socket takes. Throws `chip.badCommand`. */
  command(asked: object): unknown;
}

type Hand = (part: Workpiece, facts: Readonly<Record<string, string>>, platform: Platform) => Promise<void> | undefined;

const DEFAULT_WELD_S = 20;
const LEAST_ROD_S = 0.01;

const HANDS: Record<JigRequest["ask"], Hand> = {
  pressStart: (part) => tell(part, { do: "pressStart" }),
  pressEStop: (part) => tell(part, { do: "eStop", on: true }),
  releaseEStop: (part) => tell(part, { do: "eStop", on: false }),
  openEnclosure: (part) => tell(part, { do: "enclosure", on: true }),
  closeEnclosure: (part) => tell(part, { do: "enclosure", on: false }),
  // Its own switch is on always: the mains come through the contactor.
  switchMachineOn: () => undefined,
  weld: (part, facts) => tell(part, { do: "weld", rods: 1, ...weldOf(facts) }),
  scan: (_, facts, platform) => scan(facts, platform),
  setBootloader: (part) => powerWith(part, true),
  powerAnew: (part) => powerWith(part, false),
};

/** Resolves when it is done: a rod that was struck burns on. Rejects where it cannot be done. */
export async function lendHand(ask: JigRequest["ask"], part: Workpiece, facts: JigRequest["facts"], platform: Platform): Promise<void> {
  await HANDS[ask](part, facts, platform);
}

function tell(part: Workpiece, command: object): undefined {
  part.command(command);
}

/** The jumper first, then off and on. */
function powerWith(part: Workpiece, boot0: boolean): undefined {
  part.command({ do: "boot0", on: boot0 });
  part.command({ do: "power", on: false });
  part.command({ do: "power", on: true });
}

/** What the machine makes of it is the machine's word: a scan that is refused was made. */
async function scan({ page, device }: Readonly<Record<string, string>>, { dataDir, controlPath }: Platform): Promise<void> {
  if (device === undefined) throw new RangeError("scan: facts without device");
  const phone = phoneOf("certified", dataDir);
  if (page === undefined) await scanThroughPlatform(controlPath, device, phone);
  else await scanAtPage(page, device, phone);
}

/** Dry: a load that is no arc, as of an electrode held to the workpiece. */
function weldOf({ amps, seconds, dry }: Readonly<Record<string, string>>): object {
  const forS = seconds === undefined ? DEFAULT_WELD_S : Number(seconds);
  const rod = dry === "true" ? { rodS: LEAST_ROD_S, stickS: forS } : { rodS: forS };
  return amps === undefined ? rod : { ...rod, amps: Number(amps) };
}

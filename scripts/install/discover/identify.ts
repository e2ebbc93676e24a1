/** Who answers at an address, found by reading alone. */
import { IDENTITY } from "#protocol/chip/arcgateChip.ts";
import { asChip } from "#scripts/install/discover/chipDevice.ts";
import type { FoundDevice } from "#scripts/install/discover/device.ts";
import { asForeign } from "#scripts/install/discover/foreignDevice.ts";
import type { Ask, Heard, Readable } from "#scripts/install/discover/probeLine.ts";

/** Whoever speaks Modbus answers one of them, be it with a refusal; cheap boards are silent to functions that they do not know. */
const HELLOS: readonly Readable[] = [
  { space: "holding", address: IDENTITY.address, words: 2 },
  { space: "coil", address: 0, words: 1 },
];
/** Noise now and then is met again; what is garbled each time is more than one voice. */
const TRIES = 3;
/** The least frame. Fewer bytes beside an answer are what a driver makes when it takes the line. */
const SECOND_VOICE_BYTES = 5;

/** Null when nobody is there. */
export async function identify(ask: Ask, address: number): Promise<FoundDevice | null> {
  const clean: Ask = (what) => cleanly(ask, what);
  for (const hello of HELLOS) {
    const { kind } = await clean(hello);
    if (kind === "garbled") return { kind, address };
    if (kind === "silence") continue;
    const chip = await asChip(clean, address);
    return "kind" in chip ? chip : asForeign(clean, address, chip);
  }
  return null;
}

/** Two that answer one after the other are garbled as well. */
async function cleanly(ask: Ask, what: Readable): Promise<Heard> {
  for (let tried = 0; tried < TRIES; tried++) {
    const heard = await ask(what);
    if (heard.kind === "silence" || heard.kind === "otherLength") return heard;
    if (heard.kind !== "garbled" && heard.surplus < SECOND_VOICE_BYTES) return heard;
  }
  return { kind: "garbled" };
}

import { firmwareVersion } from "#protocol/boot/firmware.ts";
import type { Chip } from "#simulator/chip/machine/chip.ts";
import { firmwareOf } from "#simulator/chip/machine/registers.ts";

const MEI_DEVICE_IDENTIFICATION = 0x0e;
const CONFORMITY = 0x82;
/** Basic objects 0–2, regular ones 3–5. */
const OBJECT_COUNT = 6;
const LAST_OF_LEVEL = [0, 2, 5, 5];
const INDIVIDUAL = 4;

/** Read Device Identification, FC 43 / 14 (6.21). Undefined for values that have no meaning. */
export function identify(chip: Chip, pdu: Uint8Array): Uint8Array | undefined {
  const [, mei, level = 0, objectId = 0] = pdu;
  if (pdu.length !== 4 || mei !== MEI_DEVICE_IDENTIFICATION || level < 1 || level > INDIVIDUAL) return undefined;
  if (level === INDIVIDUAL && objectId >= OBJECT_COUNT) return undefined;
  const last = level === INDIVIDUAL ? objectId : (LAST_OF_LEVEL[level] ?? 0);
  // An unknown object in a stream starts from the beginning.
  const first = objectId > last ? 0 : objectId;
  const texts = objectTexts(chip).slice(first, last + 1);
  const objects = texts.flatMap((text, index) => [first + index, text.length, ...Buffer.from(text, "ascii")]);
  return Uint8Array.of(0x2b, MEI_DEVICE_IDENTIFICATION, level, CONFORMITY, 0, 0, texts.length, ...objects);
}

function objectTexts(chip: Chip): string[] {
  return ["arcgate", "arcgate-chip", firmwareVersion(firmwareOf(chip)), "", "arcgate chip (simulated)", chip.make.device];
}

/** In which order settings and addresses are tried, and how long that can take. Pure. */
import { lineTimeMs } from "#protocol/chip/lineTime.ts";
import { METER_MAPS, RELAY_MAPS } from "#protocol/chip/maps/catalogue.ts";
import type { LineSettings, MeterMap, RelayMap } from "#protocol/chip/maps/foreign.ts";
import { BARE_ADDRESS } from "#protocol/chip/provision.ts";

/** One question's place: an address, with the line set so. */
export interface Place {
  readonly line: LineSettings;
  readonly address: number;
}

/** Those that a configuration can name. */
export const BAUD_RATES = [115_200, 9_600, 38_400, 19_200, 57_600, 4_800] as const;
/** Our chip, bare or not. */
export const CHIP_LINE = { baudRate: 115_200, dataBits: 8, parity: "none", stopBits: 1 } as const satisfies LineSettings;

const FOREIGN_MAPS: readonly (MeterMap | RelayMap)[] = [...Object.values(METER_MAPS), ...Object.values(RELAY_MAPS)];

/** Where a device is as it leaves the factory, and where a bare chip is. */
const LIKELY_ADDRESSES = [1, BARE_ADDRESS];
/** What nearly everything else is set to, the likelier first. */
const FRAMES = [
  { dataBits: 8, parity: "none", stopBits: 1 },
  { dataBits: 8, parity: "even", stopBits: 1 },
  { dataBits: 8, parity: "odd", stopBits: 1 },
  { dataBits: 8, parity: "none", stopBits: 2 },
] as const;

/** First our chip's setting, then what each map says, then every rate by frame. `bauds` keeps to these rates. */
export function lineOrder(bauds: readonly number[] = BAUD_RATES): LineSettings[] {
  const mapped = FOREIGN_MAPS.flatMap(({ line, recognition }) => [line, ...recognition.otherLines]);
  const factory = FOREIGN_MAPS.map(({ line }) => line);
  const rest = FRAMES.flatMap((frame) => bauds.map((baudRate) => ({ baudRate, ...frame })));
  const lines = new Map<string, LineSettings>();
  for (const line of [CHIP_LINE, ...factory, ...mapped, ...rest]) {
    if (bauds.includes(line.baudRate) && !lines.has(lineName(line))) lines.set(lineName(line), line);
  }
  return [...lines.values()];
}

/** `9600 8N1`. */
export function lineName({ baudRate, dataBits, parity, stopBits }: LineSettings): string {
  return `${baudRate} ${dataBits}${(parity[0] ?? "").toUpperCase()}${stopBits}`;
}

/**
 * The places that are left, in their order: at each setting the likely addresses first, then the rest. All devices of a bus share a rate and
 * a parity, so once somebody has answered only the places of that rate and parity are left, unless every rate is wanted.
 */
export class SearchPlan {
  #left: Place[];
  readonly #everyRate: boolean;

  constructor(lines: readonly LineSettings[], addresses: readonly number[], everyRate: boolean) {
    const likely = addresses.filter((address) => LIKELY_ADDRESSES.includes(address));
    const others = addresses.filter((address) => !LIKELY_ADDRESSES.includes(address));
    this.#left = [likely, others].flatMap((some) => lines.flatMap((line) => some.map((address) => ({ line, address }))));
    this.#everyRate = everyRate;
  }

  get left(): readonly Place[] {
    return this.#left;
  }

  next(): Place | undefined {
    return this.#left.shift();
  }

  /** Somebody is there: the rest of that setting comes next, then the other stop bits, at which the same device would only answer again. */
  answered({ line, address }: Place): void {
    const same = this.#left.filter((place) => isHeardTogether(place.line, line) && place.address !== address);
    const first = same.filter((place) => place.line.stopBits === line.stopBits);
    const then = same.filter((place) => place.line.stopBits !== line.stopBits);
    const others = this.#everyRate ? this.#left.filter((place) => !isHeardTogether(place.line, line)) : [];
    this.#left = [...first, ...then, ...others];
  }

  /** The port cannot be set so. */
  skip(line: LineSettings): void {
    this.#left = this.#left.filter((place) => place.line !== line);
  }
}

/** A receiver asks for one stop bit only, so the number of them keeps nobody from being heard. */
function isHeardTogether(left: LineSettings, right: LineSettings): boolean {
  return left.baudRate === right.baudRate && left.parity === right.parity;
}

/** The two first questions together, with their answers: 8 + 9 and 8 + 6 bytes. */
const HELLO_BYTES = 31;
const HELLOS = 2;
const OPEN_MS = 60;

/** What it takes when nobody answers anywhere. */
export function worstMs(places: readonly Place[], patienceMs: number): number {
  const openings = places.filter(({ line }, index) => places[index - 1]?.line !== line).length;
  const asked = places.reduce((sum, { line }) => sum + lineTimeMs(line, HELLO_BYTES) + HELLOS * patienceMs, 0);
  return Math.ceil(asked + openings * OPEN_MS);
}

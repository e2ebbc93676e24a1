import { DJSF_1352 } from "#protocol/chip/maps/djsf1352.ts";
import type { MeterMap, RelayMap } from "#protocol/chip/maps/foreign.ts";
import { PZEM_017 } from "#protocol/chip/maps/pzem017.ts";
import { FLASH_ON_RELAY, PLAIN_RELAY } from "#protocol/chip/maps/relayBoard.ts";

/** Foreign devices by the name that a configuration gives them. */
export const METER_MAPS = { [PZEM_017.name]: PZEM_017, [DJSF_1352.name]: DJSF_1352 } as const satisfies Record<string, MeterMap>;
export const RELAY_MAPS = { [PLAIN_RELAY.name]: PLAIN_RELAY, [FLASH_ON_RELAY.name]: FLASH_ON_RELAY } as const satisfies Record<
  string,
  RelayMap
>;

export type MeterMapName = keyof typeof METER_MAPS;
export type RelayMapName = keyof typeof RELAY_MAPS;

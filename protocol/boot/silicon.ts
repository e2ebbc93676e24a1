/** The parts that our chip is made of, by the product number that their bootloader gives. From the makers' reference manuals. */
export interface Silicon {
  readonly name: string;
  /** Answer to `getId`. */
  readonly productId: number;
  readonly flashAddress: number;
  readonly pageBytes: number;
  readonly pages: number;
  /** Twelve bytes that no other part has. */
  readonly uidAddress: number;
  /** Sixteen bytes; the first one says whether the flash may be read. */
  readonly optionAddress: number;
  readonly ramAddress: number;
  readonly ramBytes: number;
  readonly eraseCommand: "erase" | "extendedErase";
  readonly bootloaderVersion: number;
}

const FLASH = 0x0800_0000;
const RAM = 0x2000_0000;
const OPTIONS = 0x1fff_f800;

export const SILICON = {
  f030: {
    ...{ name: "STM32F030x8 / GD32F130x8", productId: 0x0440, flashAddress: FLASH, pageBytes: 1024, pages: 64, uidAddress: 0x1fff_f7ac },
    ...{ optionAddress: OPTIONS, ramAddress: RAM, ramBytes: 8192, eraseCommand: "extendedErase", bootloaderVersion: 0x31 },
  },
  f103: {
    ...{ name: "STM32F103xB / GD32F103xB", productId: 0x0410, flashAddress: FLASH, pageBytes: 1024, pages: 128, uidAddress: 0x1fff_f7e8 },
    ...{ optionAddress: OPTIONS, ramAddress: RAM, ramBytes: 20_480, eraseCommand: "erase", bootloaderVersion: 0x22 },
  },
} as const satisfies Record<string, Silicon>;

export type SiliconName = keyof typeof SILICON;
/** At the end of the flash: the chip's own device code, keys and calibration. No firmware may fill them. */
export const OWN_PAGES = 2;
export const OPTION_BYTES = 16;
export const UID_BYTES = 12;
/** The option byte in a part that may be read; its complement follows. Any other value protects the flash. */
export const READABLE = { f030: 0xaa, f103: 0xa5 } as const satisfies Record<SiliconName, number>;

export function siliconOf(productId: number): Silicon | undefined {
  return Object.values(SILICON).find((part) => part.productId === productId);
}

/** What has to be known of a machine to install it: a row of the installer's list, or the options of one command. */
import { z } from "zod";
import { parseDesignation } from "#protocol/codes/gbt10249.ts";

/** Cells of a table and options of a command are text. */
const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,7}$/, "digits")
    .transform(Number)
    .pipe(z.number().int().min(least).max(most));

const USUAL_BUS_BAUD_RATE = 115_200;
const designation = z.string().refine(isDesignation, "a model by GB/T 10249, such as ZX7-400");

const name = z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,39}$/u, "letters, digits, . _ - (40 at most)");

export const MachineOrder = z.strictObject({
  /** Names the machine's folder. */
  name,
  /** Where the chip is flashed, provisioned and commissioned. */
  port: z.string().min(1).max(255),
  address: whole(1, 246).prefault("1"),
  /** 6 digits of GB/T 2260. */
  division: z.string().regex(/^\d{6}$/, "6 digits of GB/T 2260"),
  maker: z.string().regex(/^[0-9A-Z]{4}$/, "4 digits or capitals"),
  designation,
  sensorRangeAmps: whole(10, 3_000),
  sensorRangeVolts: whole(10, 1_000).prefault("200"),
  hotline: z.string().regex(/^[\d -]{5,20}$/, "a telephone number"),
  /** Taken in the place of one that the platform assigns. */
  deviceCode: z
    .string()
    .regex(/^[0-9A-Z]{20}$/, "20 digits or capitals")
    .optional(),
  baudRate: whole(9_600, 115_200).prefault("115200"),
  /** Of the module's page; 0: any that is free, for several modules on one computer. */
  pagePort: whole(0, 65_535).prefault("8321"),
  /** Of the bootloader's line; a pty knows none. */
  bootParity: z.enum(["even", "none"]).default("even"),
  /** Names the module that the machine shares with others; without it the machine has a module of its own. */
  module: name.optional(),
  /** The line where the machine hangs beside others once it is mounted: the port of its module. */
  bus: z.string().min(1).max(255).optional(),
  /** 115,200 where nothing is said. */
  busBaudRate: whole(9_600, 115_200).optional(),
});

/** A machine of a module that several share. */
export type BusOrder = MachineOrder & { module: string; bus: string };

export function isOnBus(order: MachineOrder): order is BusOrder {
  return order.module !== undefined;
}

export type MachineOrder = z.infer<typeof MachineOrder>;

export function busBaudRateOf({ busBaudRate }: MachineOrder): number {
  return busBaudRate ?? USUAL_BUS_BAUD_RATE;
}

function isDesignation(text: string): boolean {
  try {
    parseDesignation(text);
    return true;
  } catch {
    return false;
  }
}

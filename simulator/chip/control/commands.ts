import { z } from "zod";
import { WIRING_FAULTS } from "#simulator/chip/machine/wiring.ts";

const on = z.boolean().default(true);
const seconds = (most: number) => z.number().min(0).max(most);

/** For one machine of the bus: `at` is its slave address, the first machine's unless given. */
const machineCommands = [
  z.strictObject({
    do: z.literal("weld"),
    at: z.int().optional(),
    rods: z.int().min(1).max(10_000).default(1),
    rodS: z.number().min(0.01).max(3_600).default(5),
    changeS: seconds(3_600).default(3),
    amps: z.number().min(5).max(2_000).optional(),
    shortsPerS: z.number().min(0).max(200).optional(),
    pulseHz: z.number().min(0).max(500).default(0),
    lostPerRod: z.int().min(0).max(20).default(0),
    stickS: seconds(600).default(0),
  }),
  z.strictObject({ do: z.enum(["stop", "walkAway", "pressStart", "clearFault", "reset", "truth"]), at: z.int().optional() }),
  z.strictObject({
    do: z.enum(["eStop", "enclosure", "weldContact", "mirrorFault", "bypass", "unplugSensor", "silence", "foreign"]),
    at: z.int().optional(),
    on,
  }),
  z.strictObject({ do: z.literal("wiring"), at: z.int().optional(), fault: z.enum(WIRING_FAULTS), on }),
  z.strictObject({ do: z.literal("freeze"), at: z.int().optional(), channel: z.enum(["voltage", "current"]), on }),
  z.strictObject({ do: z.literal("shortSensor"), at: z.int().optional(), channel: z.enum(["voltage", "current", "both"]), on }),
  z.strictObject({
    do: z.literal("modify"),
    at: z.int().optional(),
    noLoadVolts: z.number().min(-60).max(60).default(0),
    arcVolts: z.number().min(-15).max(20).default(0),
  }),
] as const;

/** For the whole bus. */
const busCommands = [
  z.strictObject({ do: z.enum(["unplugCable", "plugCable", "powerCut"]) }),
  z.strictObject({ do: z.literal("noise"), rate: z.number().min(0).max(1) }),
  z.strictObject({ do: z.literal("speed"), x: z.number().min(0.01).max(2_000) }),
] as const;

export const Command = z.union([...machineCommands, ...busCommands]);

export type MachineCommand = z.infer<(typeof machineCommands)[number]>;
export type BusCommand = z.infer<(typeof busCommands)[number]>;
export type Command = z.infer<typeof Command>;
/** As it is written: what has a default may be left out. */
export type CommandInput = z.input<typeof Command>;

const BUS_COMMANDS: ReadonlySet<string> = new Set<BusCommand["do"]>(["unplugCable", "plugCable", "powerCut", "noise", "speed"]);

export function isBusCommand(command: Command): command is BusCommand {
  return BUS_COMMANDS.has(command.do);
}

/** What the commissioning needs of a machine's arcgate.yaml. The agent's own loader judges the file; here nothing is judged. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { CodedError } from "#protocol/errors/codedError.ts";
import { machineFile } from "#scripts/install/machine/machineFolder.ts";

const Machine = z.object({
  device: z.string(),
  designation: z.string(),
  address: z.int().optional(),
  linkKey: z.string().optional(),
  linkKeyFile: z.string().optional(),
});

const Settings = z.object({
  data: z.string(),
  buses: z.array(
    z.object({
      port: z.string(),
      baudRate: z.int().default(115_200),
      parity: z.enum(["none", "even", "odd"]).default("none"),
      stopBits: z.union([z.literal(1), z.literal(2)]).default(1),
      machines: z.array(Machine),
    }),
  ),
});

export interface MachineSettings {
  device: string;
  designation: string;
  line: { port: string; baudRate: number; parity: "none" | "even" | "odd"; stopBits: 1 | 2 };
  address: number;
  linkKey: Uint8Array;
  configFile: string;
  /** The agent's data folder: the module's own key is in it. */
  dataFolder: string;
}

/** `device` may be null where the file has one machine. Throws `commission.badFolder`. */
export function readMachineSettings(folder: string, device: string | null): MachineSettings {
  const configFile = resolve(machineFile(folder, "config"));
  const { data, buses } = readSettings(configFile);
  const found = buses.flatMap((bus) => bus.machines.map((machine) => ({ bus, machine })));
  const wanted = device === null ? found : found.filter(({ machine }) => machine.device === device);
  const [only] = wanted;
  if (!only || wanted.length > 1) {
    throw new CodedError("commission.badFolder", `${configFile}: ${found.map(({ machine }) => machine.device).join(", ") || "no machine"}`);
  }
  const { port, baudRate, parity, stopBits } = only.bus;
  const { machine } = only;
  if (machine.address === undefined) throw new CodedError("commission.badFolder", `${machine.device} has no chip of ours`);
  return {
    ...{ device: machine.device, designation: machine.designation, address: machine.address, configFile },
    line: { port, baudRate, parity, stopBits },
    linkKey: keyOf(machine, folder),
    dataFolder: resolve(folder, data),
  };
}

function readSettings(configFile: string): z.infer<typeof Settings> {
  try {
    return Settings.parse(parse(readFileSync(configFile, "utf8")));
  } catch (cause) {
    const said = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    throw new CodedError("commission.badFolder", `${configFile}: ${said}`, { cause });
  }
}

function keyOf({ device, linkKey, linkKeyFile }: z.infer<typeof Machine>, folder: string): Uint8Array {
  try {
    const text = linkKey ?? readFileSync(resolve(folder, linkKeyFile ?? ""), "utf8").trim();
    if (/^[0-9a-fA-F]{64}$/.test(text)) return new Uint8Array(Buffer.from(text, "hex"));
  } catch (cause) {
    throw new CodedError("commission.badFolder", `${device}: link key ${linkKeyFile ?? ""}`, { cause });
  }
  throw new CodedError("commission.badFolder", `${device}: a link key has 64 hexadecimal digits`);
}

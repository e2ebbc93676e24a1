/** The machines of a simulated workshop, and the installer's list of them. */
import { join } from "node:path";
import { checkOptions } from "#simulator/chip/options.ts";

/** Old and new, for stick, gas and TIG, direct and alternating current. */
const MODELS = ["ZX7-400", "NBC-350", "WS-315", "BX1-500", "ZX7-315", "NBC-500", "WS-400", "BX3-300"] as const;
/** 肥城市. */
const DIVISION = "370983";
const MAKER = "ARCG";
const HOTLINE = "0538-3210000";

/** A module has so many buses. */
const MODULE_BUSES = 2;

export interface WorkshopMachine {
  /** From 1 on. */
  number: number;
  name: string;
  /** What its part keeps, wherever it is wired to. */
  flash: string;
  /** Link to the pty where it is alone. */
  port: string;
  /** Link to the pty that it shares with others once it is mounted. */
  bus: string;
  /** Of those buses. */
  module: string;
  model: string;
  sensorRangeAmps: number;
  address: number;
}

export function planMachines(count: number, folder: string, perBus: number): WorkshopMachine[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `m${String(index + 1).padStart(2, "0")}`;
    const port = join(folder, name);
    const bus = Math.floor(index / perBus);
    const model = MODELS[index % MODELS.length] ?? MODELS[0];
    return {
      number: index + 1,
      name,
      flash: `${port}.flash`,
      port,
      bus: join(folder, `bus${bus + 1}`),
      module: `yard${Math.floor(bus / MODULE_BUSES) + 1}`,
      model,
      sensorRangeAmps: checkOptions({ tty: port, model }).rangeAmps,
      address: index + 1,
    };
  });
}

const COLUMNS = ["name", "port", "bootParity", "address", "division", "maker", "designation", "sensorRangeAmps", "hotline", "pagePort"];

/**
 * All modules are on one computer: each has its page where there is room. `shared`: machines have modules together, else each its own.
 * No cell has a comma: paths with one are refused before.
 */
export function machinesCsv(machines: readonly WorkshopMachine[], shared: boolean): string {
  const rows = machines.map(({ name, port, address, model, sensorRangeAmps, module, bus }) =>
    [name, port, "none", address, DIVISION, MAKER, model, sensorRangeAmps, HOTLINE, 0, ...(shared ? [module, bus] : [])].join(","),
  );
  const columns = [...COLUMNS, ...(shared ? ["module", "bus"] : [])];
  return `${[columns.join(","), ...rows].join("\n")}\n`;
}

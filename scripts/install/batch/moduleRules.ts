/** What machines of one module have to keep to, so that its agent takes the configuration and the buses carry them. */
import { type BusOrder, busBaudRateOf, isOnBus, type MachineOrder } from "#scripts/install/machine/order.ts";
import { moduleFolderName } from "#scripts/install/module/moduleFolder.ts";

/** A row of the list. */
export interface ListedOrder {
  order: MachineOrder;
  line: number;
}

const MODULE_MACHINES_MAX = 32;
const MODULE_BUSES_MAX = 8;
/** Chips on a bus, by its rate: what fits into three quarters of each second. */
const BUS_CHIPS_MAX = [
  { fromBaudRate: 115_200, chips: 16 },
  { fromBaudRate: 57_600, chips: 11 },
  { fromBaudRate: 0, chips: 4 },
] as const;

export function busChipsMax(baudRate: number): number {
  return BUS_CHIPS_MAX.find(({ fromBaudRate }) => baudRate >= fromBaudRate)?.chips ?? 0;
}

/** The first fault with the line where it shows; null where there is none. */
export function faultOfModules(rows: readonly ListedOrder[]): string | null {
  const before: Listed[] = [];
  const folders = new Map(rows.map(({ order, line }) => [order.name, line]));
  for (const { order, line } of rows) {
    if (!isOnBus(order) || order.bus === undefined) {
      const stray = (["module", "bus", "busBaudRate"] as const).find((column) => order[column] !== undefined);
      if (stray) return `line ${line}: ${stray} without ${stray === "module" ? "bus" : "module"}`;
      continue;
    }
    const fault = faultBeside({ order, line }, before);
    if (fault !== null) return `line ${line}: ${fault}`;
    const taken = folders.get(moduleFolderName(order.module));
    if (taken !== undefined) return `line ${taken}: name is the folder of module ${order.module}`;
    before.push({ order, line });
  }
  return null;
}

interface Listed extends ListedOrder {
  order: BusOrder;
}

function faultBeside({ order }: Listed, before: readonly Listed[]): string | null {
  const { module, bus, address, pagePort } = order;
  const onBus = before.filter((other) => other.order.bus === bus);
  const inModule = before.filter((other) => other.order.module === module);
  const baudRate = busBaudRateOf(order);
  const [first] = onBus;
  if (first && first.order.module !== module) return `bus ${bus} is of module ${first.order.module} (line ${first.line})`;
  if (first && busBaudRateOf(first.order) !== baudRate) return `busBaudRate ${baudRate}: bus ${bus} has another (line ${first.line})`;
  const same = onBus.find((other) => other.order.address === address);
  if (same) return `address ${address} twice on bus ${bus} (line ${same.line})`;
  const most = busChipsMax(baudRate);
  if (onBus.length >= most) return `${most} machines at most on bus ${bus} at ${baudRate} baud`;
  if (inModule.length >= MODULE_MACHINES_MAX) return `${MODULE_MACHINES_MAX} machines at most in module ${module}`;
  const buses = new Set([...inModule.map((other) => other.order.bus), bus]);
  if (buses.size > MODULE_BUSES_MAX) return `${MODULE_BUSES_MAX} buses at most in module ${module}`;
  const other = inModule.find((mate) => mate.order.pagePort !== pagePort);
  return other ? `pagePort ${pagePort}: module ${module} has one page (line ${other.line})` : null;
}

/** Many installations: those that share a port or a module one after another, the others beside each other. One that fails keeps no other from being done. */
import { CodedError } from "#protocol/errors/codedError.ts";
import { explain } from "#protocol/errors/explain.ts";
import type { FlashedChip, Installed } from "#scripts/install/machine/installMachine.ts";
import type { MachineOrder } from "#scripts/install/machine/order.ts";

type Reached = Pick<Installed, "deviceCode" | "reached">;

export type MachineOutcome =
  | ({ name: string; end: "done"; seconds: number; flashed: FlashedChip } & Reached)
  /** It was done by an earlier run. */
  | ({ name: string; end: "skipped" } & Reached)
  | { name: string; end: "failed"; code: string; text: string; seconds: number };

export interface BatchPorts {
  /** What the machine shares with others, which are done after it or before. */
  shares(order: MachineOrder): string;
  /** Rejects with coded errors. */
  install(order: MachineOrder): Promise<Installed>;
  begins(name: string): void;
  ends(outcome: MachineOutcome): void;
  nowMs(): number;
  /** Nothing new begins once it is aborted. */
  signal: AbortSignal;
}

/** Gives an outcome for each machine that was begun, in the order of the list. */
export async function runBatch(orders: readonly MachineOrder[], atOnce: number, ports: BatchPorts): Promise<MachineOutcome[]> {
  const queues = queuesOf(orders, ports.shares);
  const outcomes = new Map<string, MachineOutcome>();
  const worker = async () => {
    for (let queue = queues.shift(); queue; queue = queues.shift()) {
      for (const order of queue) {
        if (ports.signal.aborted) return;
        outcomes.set(order.name, await installOne(order, ports));
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return orders.flatMap(({ name }) => outcomes.get(name) ?? []);
}

function queuesOf(orders: readonly MachineOrder[], shares: BatchPorts["shares"]): MachineOrder[][] {
  const queues = new Map<string, MachineOrder[]>();
  for (const order of orders) queues.set(shares(order), [...(queues.get(shares(order)) ?? []), order]);
  return [...queues.values()];
}

async function installOne(order: MachineOrder, ports: BatchPorts): Promise<MachineOutcome> {
  const { name } = order;
  const startMs = ports.nowMs();
  const seconds = () => Math.round((ports.nowMs() - startMs) / 100) / 10;
  ports.begins(name);
  const outcome = await ports.install(order).then(
    ({ deviceCode, isNew, flashed, reached }): MachineOutcome =>
      isNew ? { name, end: "done", deviceCode, reached, seconds: seconds(), flashed } : { name, end: "skipped", deviceCode, reached },
    (error: unknown): MachineOutcome => {
      const cause = isBrokenOff(error, ports.signal) ? (ports.signal.reason as unknown) : error;
      if (!(cause instanceof CodedError)) throw error;
      return { name, end: "failed", code: cause.code, text: explain(cause), seconds: seconds() };
    },
  );
  ports.ends(outcome);
  return outcome;
}

/** A wait that was broken off says only that; why is the signal's. */
function isBrokenOff(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted && error instanceof Error && error.name === "AbortError";
}

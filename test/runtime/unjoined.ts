import type { MachineDriverPorts } from "#agent/runtime/machineDriver.ts";

/** For a driver without vault, receipts and outbox. */
export const UNJOINED: Pick<MachineDriverPorts, "seal" | "committed" | "stepped"> = {
  seal: (_device, draft) => draft,
  committed: () => undefined,
  stepped: () => undefined,
};

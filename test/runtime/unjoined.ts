import type { MachineDriverPorts } from "#agent/runtime/machineDriver.ts";

/** For a driver without vault, receipts and outbox. */
export const UNJOINED: Pick<MachineDriverPorts, "seal" | "companions" | "committed" | "stepped"> = {
  seal: (_device, draft) => draft,
  companions: () => [],
  committed: () => undefined,
  stepped: () => undefined,
};

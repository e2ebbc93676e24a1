import type { MachineDriverPorts } from "#agent/runtime/machineDriver.ts";

/** For a driver without vault, receipts and outbox, which the test ticks. */
export const UNJOINED: Pick<MachineDriverPorts, "after" | "seal" | "companions" | "committed" | "stepped"> = {
  after: () => () => undefined,
  seal: (_device, draft) => draft,
  companions: () => [],
  committed: () => undefined,
  stepped: () => undefined,
};

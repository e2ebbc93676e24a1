/** The serial line to one machine's chip, opened for as long as it is needed, and left with the contactor ordered open. */
import { setTimeout as delay } from "node:timers/promises";
import { BusLine } from "#agent/shell/serial/busLine.ts";
import { ChipIo, type Identity } from "#agent/shell/serial/chipIo.ts";
import type { MachineSettings } from "#scripts/install/commission/machineSettings.ts";
import { ChipDesk } from "#scripts/install/commission/probes/chipDesk.ts";

export interface AtChip {
  desk: ChipDesk;
  identity: Identity;
  /** 24 hex digits. */
  uid: string;
}

/** A busy laptop with a USB converter is slower than the module; what the link takes is measured. */
const ALLOWANCE_MS = 100;
/** Far above what an agent counts up to, and rising with the clock: a session that was barred here is none of its own. */
const SESSIONS_FROM = 2 ** 45;

/** Throws the codes of `link`. */
export async function withChip<T>(
  { device, line, address, linkKey }: MachineSettings,
  { nowMs }: { nowMs(): number },
  work: (chip: AtChip) => Promise<T>,
): Promise<T> {
  const { port, baudRate, parity, stopBits } = line;
  const bus = new BusLine({ port, line: { baudRate, dataBits: 8, parity, stopBits }, extraAllowanceMs: ALLOWANCE_MS }, { monoMs: nowMs });
  // Not to be broken off: whoever stops the program still wants the contactor ordered open.
  const pause = (ms: number) => delay(ms);
  const desk = new ChipDesk(new ChipIo(bus, address), { device, key: linkKey, firstSession: SESSIONS_FROM + Date.now(), pause });
  try {
    const identity = await desk.meet();
    const result = await work({ desk, identity, uid: Buffer.from(identity.uid).toString("hex") });
    await desk.order("open");
    return result;
  } finally {
    await bus.close();
  }
}

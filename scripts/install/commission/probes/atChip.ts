/** The serial line to one machine's chip, opened for as long as it is needed, and left with the contactor ordered open. */
import { BusLine } from "#agent/shell/serial/busLine.ts";
import { ChipIo, type Identity } from "#agent/shell/serial/chipIo.ts";
import { isTcp } from "#agent/shell/serial/endpoint.ts";
import type { MachineSettings } from "#scripts/install/commission/machineSettings.ts";
import { ChipDesk } from "#scripts/install/commission/probes/chipDesk.ts";

export interface AtChip {
  desk: ChipDesk;
  identity: Identity;
  /** 24 hex digits. */
  uid: string;
}

const TCP_ALLOWANCE_MS = 100;
/** Far above what an agent counts up to, and rising with the clock: a session that was barred here is none of its own. */
const SESSIONS_FROM = 2 ** 45;

/** Throws the codes of `link`. */
export async function withChip<T>(
  { device, line, address, linkKey }: MachineSettings,
  { nowMs }: { nowMs(): number },
  work: (chip: AtChip) => Promise<T>,
): Promise<T> {
  const { port, baudRate, parity, stopBits } = line;
  const extraAllowanceMs = isTcp(port) ? TCP_ALLOWANCE_MS : 0;
  const bus = new BusLine({ port, line: { baudRate, dataBits: 8, parity, stopBits }, extraAllowanceMs }, { monoMs: nowMs });
  const desk = new ChipDesk(new ChipIo(bus, address), device, linkKey, SESSIONS_FROM + Date.now());
  try {
    const identity = await desk.meet();
    const result = await work({ desk, identity, uid: Buffer.from(identity.uid).toString("hex") });
    await desk.order("open");
    return result;
  } finally {
    await bus.close();
  }
}

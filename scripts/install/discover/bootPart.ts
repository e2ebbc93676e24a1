/** A part in the bootloader of its ROM. It is woken by a byte that is no Modbus, so it is asked only where that is wanted and nobody else answered. */
import { FIRMWARE_INFO_AT, FIRMWARE_INFO_BYTES, readFirmwareInfo } from "#protocol/boot/firmware.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { BootLine } from "#scripts/install/flash/bootLine.ts";
import { Bootloader } from "#scripts/install/flash/bootloader.ts";

export interface FoundPart {
  silicon: string;
  /** Null where the part may not be read. */
  uid: string | null;
  /** Null where there is none, or it may not be read. */
  firmware: string | null;
  readProtected: boolean;
}

/** Null when no bootloader answers. Rejects with `flash.*` for a port that goes, or an answer that makes no sense. */
export async function meetPart(port: string, baud: number): Promise<FoundPart | null> {
  const line = await BootLine.open({ port, baud, parity: "even" });
  try {
    return await lookAt(await Bootloader.meet(line));
  } catch (error) {
    if (error instanceof CodedError && error.code === "flash.noAnswer") return null;
    throw error;
  } finally {
    await line.close();
  }
}

async function lookAt(part: Bootloader): Promise<FoundPart> {
  const { silicon } = part;
  try {
    const firmware = readFirmwareInfo(await part.read(silicon.flashAddress + FIRMWARE_INFO_AT, FIRMWARE_INFO_BYTES));
    return { silicon: silicon.name, uid: Buffer.from(await part.uid()).toString("hex"), firmware, readProtected: false };
  } catch (error) {
    if (error instanceof CodedError && error.code === "flash.readProtected")
      return { silicon: silicon.name, uid: null, firmware: null, readProtected: true };
    throw error;
  }
}

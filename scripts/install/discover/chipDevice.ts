/** Our chip on the wire. */
import { CHIP_MAGIC, CHIP_MAP_VERSION, IDENTITY } from "#protocol/chip/arcgateChip.ts";
import { decodeBlock } from "#protocol/chip/codec.ts";
import type { Said } from "#protocol/chip/maps/foreign.ts";
import { BARE_ADDRESS } from "#protocol/chip/provision.ts";
import { CALIBRATION } from "#protocol/chip/service.ts";
import { parseDeviceCode } from "#protocol/codes/deviceCode.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { SHANDONG_PROFILE } from "#protocol/profile/profile.ts";
import type { FoundChip, FoundDevice } from "#scripts/install/discover/device.ts";
import type { Ask } from "#scripts/install/discover/probeLine.ts";
import { unanswered } from "#scripts/install/discover/recognise.ts";

/** Our chip, or why it is not. */
export async function asChip(ask: Ask, address: number): Promise<FoundDevice | Said> {
  const heard = await ask(IDENTITY);
  if (heard.kind === "garbled") return { kind: "garbled", address };
  if (heard.kind !== "answer") return unanswered(IDENTITY, heard);
  const identity = decodeBlock(IDENTITY, heard.words);
  if (identity.magic !== CHIP_MAGIC) {
    const [is, wanted] = [hex(identity.magic), hex(CHIP_MAGIC)];
    return { zh: `FC03 0x0000 为 ${is}，不是芯片标识 ${wanted}`, en: `FC03 0x0000 holds ${is}, not our magic ${wanted}` };
  }
  if (identity.mapVersion !== CHIP_MAP_VERSION) {
    const version = identity.mapVersion;
    return { zh: `焊闸芯片，但寄存器表版本 ${version} 未知`, en: `our chip, but with register map version ${version}, which is not known` };
  }
  const isLocked = await isCalibrationLocked(ask);
  const isBare = identity.deviceCode === "";
  const { deviceCode, sensorRangeAmps, sensorRangeVolts, bootCount } = identity;
  return {
    ...{ kind: "chip", address, state: isBare ? "bare" : isLocked ? "locked" : "provisioned", deviceCode },
    ...{ uid: Buffer.from(identity.uid).toString("hex"), firmware: versionText(identity.firmware) },
    ...{ sensorRangeAmps, sensorRangeVolts, bootCount, remarks: chipRemarks(address, deviceCode, isLocked) },
  };
}

/** Null where it cannot be read. */
async function isCalibrationLocked(ask: Ask): Promise<boolean | null> {
  const heard = await ask(CALIBRATION);
  return heard.kind === "answer" ? decodeBlock(CALIBRATION, heard.words).lock === 1 : null;
}

function chipRemarks(address: number, deviceCode: string, isLocked: boolean | null): FoundChip["remarks"] {
  const remarks: Said[] = [];
  if (isLocked === null)
    remarks.push({ zh: "标定区无法读取，锁定状态未知", en: "CALIBRATION cannot be read: whether it is locked is not known" });
  if (deviceCode !== "" && address === BARE_ADDRESS)
    remarks.push({ zh: `已绑定的芯片不应使用地址 ${BARE_ADDRESS}`, en: `A provisioned chip must not be at address ${BARE_ADDRESS}` });
  try {
    if (deviceCode !== "") parseDeviceCode(deviceCode, SHANDONG_PROFILE.deviceCode);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    remarks.push({ zh: `设备编码无效（${error.code}）`, en: `Its device code is not valid (${error.code})` });
  }
  return remarks;
}

function versionText(firmware: number): string {
  return `${firmware >>> 16}.${(firmware >> 8) & 0xff}.${firmware & 0xff}`;
}

function hex(word: number): string {
  return `0x${word.toString(16).toUpperCase().padStart(4, "0")}`;
}

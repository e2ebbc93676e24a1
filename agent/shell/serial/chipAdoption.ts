import type { Adoption, MeterSetup } from "#agent/core/link.ts";
import type { ChipIo, Identity } from "#agent/shell/serial/chipIo.ts";
import { linkTotals, statusOf } from "#agent/shell/serial/chipReading.ts";
import { CHIP_MAGIC, CHIP_MAP_VERSION, PAGE, SETTINGS, TOTALS } from "#protocol/chip/arcgateChip.ts";
import { decodeBlock } from "#protocol/chip/codec.ts";
import { isAuthentic, type LinkSecret, type PageHeader, seal, type Totals } from "#protocol/chip/link.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

const MAC_ALGORITHM = 1;

/** What the link needs for its exchanges after adoption. */
export interface AdoptedChip {
  adoption: Adoption;
  secret: LinkSecret;
  windowMs: number;
  /** Of the last write that the chip has accepted. */
  counter: number;
  nextSeq: number;
}

/** Finds the chip at its address, makes sure that it is the right one and ours, and sets it for its machine. */
export async function adoptChip(io: ChipIo, device: string, key: Uint8Array, setup: MeterSetup): Promise<AdoptedChip> {
  const identity = await readOwnIdentity(io, device);
  const secret: LinkSecret = { key, bootNonce: identity.bootNonce };
  let header = await readHeader(io, identity.windowMs, secret);
  if (!isSet(identity, setup)) header = await writeSetup(io, identity.windowMs, secret, header.leaseCounter + 1, setup);
  const totals = await readTotals(io, secret);
  const adoption: Adoption = {
    bootId: hex(identity.bootNonce),
    uid: hex(identity.uid),
    firmware: versionText(identity.firmware),
    deviceCode: identity.deviceCode,
    windowMs: identity.windowMs,
    sensorRangeAmps: identity.sensorRangeAmps,
    hasLease: true,
    keepsWindows: true,
    session: identity.session,
    totals: linkTotals(totals),
    status: statusOf(header),
  };
  return { adoption, secret, windowMs: identity.windowMs, counter: header.leaseCounter, nextSeq: header.nextSeq };
}

/** The session's accumulators; link.badMac or link.rebooted when they are not authentic. */
export async function readTotals(io: ChipIo, secret: LinkSecret): Promise<Totals> {
  const words = await io.read(TOTALS, "low");
  if (!isAuthentic(TOTALS, words, secret)) throw await io.explainBadMac(secret, "low");
  return decodeBlock(TOTALS, words);
}

async function readOwnIdentity(io: ChipIo, device: string): Promise<Identity> {
  const identity = await askedTwice(() => io.readIdentity("low")).catch((error: unknown) => {
    // A meter or a relay board knows no such registers.
    if (error instanceof CodedError && error.code === "link.exception") {
      throw new CodedError("link.foreignDevice", `address ${io.address}: ${error.detail}`, { cause: error });
    }
    throw error;
  });
  if (identity.magic !== CHIP_MAGIC) throw new CodedError("link.foreignDevice", `address ${io.address} holds no arcgate chip`);
  if (identity.mapVersion !== CHIP_MAP_VERSION) throw new CodedError("link.badAnswer", `register map version ${identity.mapVersion}`);
  if (identity.macAlgorithm !== MAC_ALGORITHM) throw new CodedError("link.badAnswer", `MAC algorithm ${identity.macAlgorithm}`);
  if (identity.windowMs === 0) throw new CodedError("link.badAnswer", "windows of 0 ms");
  if (identity.deviceCode !== device)
    throw new CodedError("link.foreignDevice", `the chip belongs to ${identity.deviceCode}, not ${device}`);
  return identity;
}

/** While the agent itself is starting, the whole module is busy and an answer may be late once: the next tick would be a second away. */
async function askedTwice<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof CodedError && error.code === "link.timeout") return ask();
    throw error;
  }
}

async function readHeader(io: ChipIo, windowMs: number, secret: LinkSecret): Promise<PageHeader> {
  return (await io.openPage(await io.read(PAGE, "low"), windowMs, secret, "low")).header;
}

function isSet(identity: Identity, setup: MeterSetup): boolean {
  const sameAmps = Math.round(identity.arcMinAmps * 10) === Math.round(setup.arcMinAmps * 10);
  return sameAmps && (identity.alternating === 1) === setup.alternating;
}

async function writeSetup(io: ChipIo, windowMs: number, secret: LinkSecret, counter: number, setup: MeterSetup): Promise<PageHeader> {
  const values = { counter, arcMinAmps: setup.arcMinAmps, alternating: setup.alternating ? 1 : 0, mac: new Uint8Array(8) };
  await io.write(SETTINGS, () => seal(SETTINGS, values, secret));
  const identity = await io.readIdentity("low");
  if (!isSet(identity, setup)) throw new CodedError("link.exception", "the chip did not take its settings");
  return readHeader(io, windowMs, secret);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function versionText(version: number): string {
  return `${version >>> 16}.${(version >>> 8) & 0xff}.${version & 0xff}`;
}

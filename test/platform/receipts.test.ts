import { describe, expect, test } from "vitest";
import { DICTIONARY } from "#protocol/events/dictionary.ts";
import { encodeReceipt, type Receipt } from "#protocol/receipt/receipt.ts";
import type { PhoneKey } from "#simulator/holderKey.ts";
import type { Platform } from "#simulator/platform/contract.ts";
import { reportTable } from "#simulator/platform/terminal.ts";
import { HANDLE, phoneOf } from "#test/pass/passes.ts";
import { type ChainedRow, chainedRows, DEVICE, eStopOf, type FarDevice } from "#test/platform/device.ts";
import { deviceAt, platformAndDevice } from "#test/platform/workbench.ts";

const OTHER_DEVICE = "370983Z0001000000025";
const MACHINE = phoneOf("ed25519", 9);
const STRANGER = phoneOf("ed25519", 8);
const SESSION = 7;

/** Of the records of this file: the header's time is `chainedRows`' own. */
const groundsOf = (seq: number) =>
  ({
    ...{ way: "page", purpose: "start", category: "2.1", listVersion: 1, overlayVersion: 0, policyVersion: 0, checkListVersion: 0 },
    ...{ earliestMs: 1_780_000_000_000 + seq, latestMs: null },
  }) as const;
const LIMITS = { wouldRefuse: null, permit: null, guardian: null, limitS: 43_200, idleRelockS: 600, endsBy: null, endsMs: null };
const NONE = { wouldRefuse: null, permit: null, guardian: null, limitS: null, idleRelockS: null, endsBy: null, endsMs: null };

type Said = Partial<Receipt>;
type Payload = { kind: number; payload: object };

const signed = (receipt: Receipt, signer: PhoneKey) => Buffer.from(encodeReceipt(receipt, signer.signer)).toString("base64");

/** A start of which receipt and record say the same, but for `change` in the record and `forged` in what is signed. */
function startOf(seq: number, change: Said = {}, { signer = MACHINE, forged = {} }: { signer?: PhoneKey; forged?: Said } = {}): Payload {
  const record = { handle: HANDLE, rule: "listed", ...groundsOf(seq), ...LIMITS, ...change };
  const { rule, ...rest } = record;
  const receipt = { device: DEVICE, session: SESSION, allowed: true, reason: rule, ...rest, ...forged };
  return { kind: DICTIONARY.scanAllowed.kind, payload: { ...record, receipt: signed(receipt as Receipt, signer) } };
}

function refusalOf(seq: number, forged: Said = {}): Payload {
  const record = { handle: null, code: "pass.replayed", ...groundsOf(seq), way: null };
  const { code, ...rest } = record;
  const receipt = { device: DEVICE, session: SESSION, allowed: false, reason: code, ...rest, ...NONE, ...forged };
  return { kind: DICTIONARY.scanDenied.kind, payload: { ...record, receipt: signed(receipt as Receipt, MACHINE) } };
}

/** With the payload's receipt changed as bytes. */
function altered({ kind, payload }: Payload, change: (bytes: Buffer) => Buffer): Payload {
  const { receipt } = payload as { receipt: string };
  return { kind, payload: { ...payload, receipt: change(Buffer.from(receipt, "base64")).toString("base64") } };
}

function flipped(bytes: Buffer, at: number): Buffer {
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  return bytes;
}

async function showKey(far: FarDevice, { holderKey }: PhoneKey = MACHINE): Promise<void> {
  const publicKey = Buffer.from(holderKey.publicKey).toString("base64");
  await far.publish("request", { v: 1, id: "device-key", want: "deviceKey", publicKey });
  await far.message("reply");
}

function rowsOf(payloads: readonly Payload[]): ChainedRow[] {
  return chainedRows(payloads.length, { payload: (seq) => payloads[seq - 1] ?? eStopOf(seq) });
}

async function delivered(platform: Platform, far: FarDevice, payloads: readonly Payload[]) {
  await far.send(rowsOf(payloads));
  const { refused } = await far.ackUpTo(payloads.length);
  return { refused, stream: platform.report(DEVICE).streams[0] };
}

/** The planted record is the second of three: what is before and after it is taken. */
const PLANTED: [name: string, planted: Payload, code: string][] = [
  ["none at all", { ...startOf(2), payload: { ...startOf(2).payload, receipt: undefined } }, "receipt.missing"],
  [
    "one without its signature",
    altered(startOf(2), (bytes) => Buffer.concat([bytes.subarray(0, -66), Buffer.of(0x40)])),
    "receipt.damaged",
  ],
  [
    "one signed by nobody",
    altered(startOf(2), (bytes) => Buffer.concat([bytes.subarray(0, -64), Buffer.alloc(64)])),
    "receipt.badSignature",
  ],
  ["a bit flipped in its signature", altered(startOf(2), (bytes) => flipped(bytes, bytes.length - 20)), "receipt.badSignature"],
  ["a bit flipped in what is signed", altered(startOf(2), (bytes) => flipped(bytes, bytes.indexOf("listed"))), "receipt.badSignature"],
  ["a bit flipped in its frame", altered(startOf(2), (bytes) => flipped(bytes, 5)), "receipt.damaged"],
  ["one that another module signed", startOf(2, {}, { signer: STRANGER }), "receipt.badSignature"],
  ["one of another machine of the module", startOf(2, {}, { forged: { device: OTHER_DEVICE } }), "receipt.otherDevice"],
  ["one of another session", startOf(2, {}, { forged: { session: 8 } }), "receipt.otherRecord"],
  ["one of another welder", startOf(2, {}, { forged: { handle: "0f".repeat(16) } }), "receipt.otherRecord"],
  ["one of another decision", startOf(2, {}, { forged: { allowed: false } }), "receipt.otherRecord"],
  ["a start's on a refusal", refusalOf(2, { allowed: true }), "receipt.otherRecord"],
  ["one of another rule", startOf(2, {}, { forged: { reason: "monitored" } }), "receipt.otherRecord"],
  ["a longer limit in the record", startOf(2, {}, { forged: { limitS: 60 } }), "receipt.otherRecord"],
  ["one that was copied from an earlier record", startOf(1), "receipt.otherRecord"],
  ["an unknown list", startOf(2, { listVersion: 2 }), "receipt.unknownVersion"],
  ["an unknown overlay", startOf(2, { overlayVersion: 1 }), "receipt.unknownVersion"],
  ["an overlay without a list", startOf(2, { listVersion: 0, overlayVersion: 1 }), "receipt.unknownVersion"],
  ["an unknown policy", startOf(2, { policyVersion: 1 }), "receipt.unknownVersion"],
];

describe("a record's receipt is checked on arrival", () => {
  test.each(PLANTED)("%s", async (_, planted, code) => {
    const { platform, far } = await platformAndDevice();
    await showKey(far);
    const { refused, stream } = await delivered(platform, far, [startOf(1), planted, refusalOf(3)]);
    expect(refused).toEqual([{ seq: 2, code }]);
    expect(stream).toMatchObject({ held: 2, refused: 1, refusedBy: { [code]: 1 }, missingCount: 0, chainBreaks: 0 });
    // Kept beside, as evidence.
    expect(platform.events({ device: DEVICE, fromSeq: 2, limit: 1 })).toMatchObject([{ seq: 2, kind: planted.kind, refused: code }]);
  });

  test("what is in order is taken, with the versions that are in force then", async () => {
    const { platform, far } = await platformAndDevice();
    await showKey(far);
    platform.files.certify("unknown");
    platform.files.rule(DEVICE, { idleRelockS: 300 });
    const later = { overlayVersion: 1, policyVersion: 1 };
    const { refused, stream } = await delivered(platform, far, [startOf(1), refusalOf(2), startOf(3, later), eStopOf(4)]);
    expect(refused).toEqual([]);
    expect(stream).toMatchObject({ held: 4, refused: 0, refusedBy: {} });
  });

  test("a device that shows a second key is held to its first", async () => {
    const { platform, far } = await platformAndDevice();
    await showKey(far);
    await showKey(far, STRANGER);
    const { refused } = await delivered(platform, far, [startOf(1), startOf(2, {}, { signer: STRANGER })]);
    expect(refused).toEqual([{ seq: 2, code: "receipt.badSignature" }]);
  });

  test("before the device has shown its key nothing from the first receipt on is taken, and nothing is lost", async () => {
    const { platform, far } = await platformAndDevice();
    const rows = rowsOf([eStopOf(1), startOf(2), eStopOf(3)]);
    await far.send(rows);
    expect((await far.ackUpTo(1)).refused).toEqual([]);
    await far.send(rows.slice(1));
    await far.until(() => far.acks.filter(({ upTo }) => upTo === 1)[1]);
    expect(platform.report(DEVICE).streams[0]).toMatchObject({ held: 1, refused: 0 });
    await showKey(far);
    await far.send(rows.slice(1));
    expect((await far.ackUpTo(3)).refused).toEqual([]);
    expect(platform.report(DEVICE).streams[0]).toMatchObject({ held: 3, refused: 0, refusedBy: {} });
  });

  test("refusals are told again, counted once, and are in the report's table", async () => {
    const { platform, far } = await platformAndDevice();
    await showKey(far);
    const rows = rowsOf([startOf(1), startOf(2, { listVersion: 9 }), startOf(3, {}, { signer: STRANGER }), startOf(4, { listVersion: 9 })]);
    await far.send(rows);
    const first = await far.ackUpTo(4);
    const again = await deviceAt(platform.brokerUrl);
    await again.send(rows);
    expect((await again.ackUpTo(4)).refused.toReversed()).toEqual(first.refused);
    const { streams } = platform.report(DEVICE);
    expect(streams[0]).toMatchObject({ refused: 3, refusedBy: { "receipt.badSignature": 1, "receipt.unknownVersion": 2 } });
    expect(reportTable(streams)).toContain("3: receipt.badSignature 1 receipt.unknownVersion 2");
  });
});

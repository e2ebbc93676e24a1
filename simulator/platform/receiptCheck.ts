/** Receipts are checked when their records arrive: the specification's section Receipts, "What a receiver checks". */
import { type HolderKey, vouchedFor } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";
import { eventName } from "#protocol/events/dictionary.ts";
import type { EventTime } from "#protocol/events/event.ts";
import type { PayloadOf } from "#protocol/events/payloads.ts";
import { decodeReceipt, type Receipt } from "#protocol/receipt/receipt.ts";

/** An event whose payload fits the dictionary. */
export interface ScanRecord {
  readonly device: string;
  readonly kind: number;
  readonly session: number | null;
  readonly time: EventTime;
  readonly payload: unknown;
}

export interface ReceiptFacts {
  /** The key that the device showed; undefined while it has shown none. */
  keyOf(device: string): Uint8Array | undefined;
  /** Whether the platform issued what the receipt names. */
  hasIssued(versions: Pick<Receipt, "device" | "listVersion" | "overlayVersion" | "policyVersion">): boolean;
}

type Scanned = PayloadOf<"scanAllowed"> | PayloadOf<"scanDenied">;

/** Null: nothing is against it. `waits`: nobody can say until the device shows its key. */
export function checkReceipt(record: ScanRecord, facts: ReceiptFacts): ErrorCode | "waits" | null {
  const name = eventName(record.kind);
  if (name !== "scanAllowed" && name !== "scanDenied") return null;
  const payload = record.payload as Scanned;
  if (payload.receipt === undefined) return "receipt.missing";
  const publicKey = facts.keyOf(record.device);
  if (publicKey === undefined) return "waits";
  const receipt = receiptOrCode(payload.receipt, publicKey);
  if (typeof receipt === "string") return receipt;
  if (receipt.device !== record.device) return "receipt.otherDevice";
  if (!isSame(receipt, saidBy(record, payload)) || !isOfTime(receipt, record.time)) return "receipt.otherRecord";
  return facts.hasIssued(receipt) ? null : "receipt.unknownVersion";
}

function receiptOrCode(base64: string, publicKey: Uint8Array): Receipt | ErrorCode {
  try {
    return decodeReceipt(new Uint8Array(Buffer.from(base64, "base64")), vouchedFor<HolderKey>({ algorithm: "ed25519", publicKey }));
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return error.code === "pass.badHolderSignature" ? "receipt.badSignature" : "receipt.damaged";
  }
}

/** What the record says, in a receipt's members. */
function saidBy({ device, session }: ScanRecord, payload: Scanned): Receipt {
  const { handle, way, purpose, category, listVersion, overlayVersion, policyVersion, checkListVersion, earliestMs, latestMs } = payload;
  const grounds = { way, purpose, category, listVersion, overlayVersion, policyVersion, checkListVersion };
  const common = { device, session, handle, ...grounds, earliestMs, latestMs };
  if ("code" in payload) return { ...common, allowed: false, reason: payload.code, ...NOTHING_ALLOWED };
  const { rule, limitS, idleRelockS, endsBy, endsMs, permit, guardian, wouldRefuse } = payload;
  return { ...common, allowed: true, reason: rule, limitS, idleRelockS, endsBy, endsMs, permit, guardian, wouldRefuse };
}

const NOTHING_ALLOWED = {
  ...{ limitS: null, idleRelockS: null, endsBy: null, endsMs: null, permit: null, guardian: null, wouldRefuse: null },
} as const;

/** A receipt that was copied into a later record says another time than that record's header. */
function isOfTime({ earliestMs, latestMs }: Receipt, time: EventTime): boolean {
  return earliestMs === time.earliestMs && latestMs === time.latestMs;
}

function isSame(receipt: Receipt, said: Receipt): boolean {
  return (Object.keys(said) as (keyof Receipt)[]).every((name) => receipt[name] === said[name]);
}

/** Signs every decision on its way into the journal, and keeps each machine's last receipt for an inspector. */
import type { EventDraft } from "#agent/core/machine/state.ts";
import type { After, DeviceSigner, Journal, NewEvent } from "#agent/ports.ts";
import type { DriverLog } from "#agent/runtime/driverLog.ts";
import { type HolderKey, type TrustStore, vouchedFor } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { DICTIONARY } from "#protocol/events/dictionary.ts";
import type { Request } from "#protocol/events/messages.ts";
import { decodeDeviceKey } from "#protocol/receipt/deviceKey.ts";
import { encodeInspection } from "#protocol/receipt/inspection.ts";
import { decodeReceipt, encodeReceipt, type Receipt } from "#protocol/receipt/receipt.ts";
import { base64FromBytes, bytesFromBase64 } from "#protocol/trust/base64.ts";

export interface ReceiptsPorts {
  key: DeviceSigner;
  trust: TrustStore;
  journal: Pick<Journal, "getValue" | "setValue">;
  after: After;
  ask(device: string, request: Request): Promise<void>;
  log: DriverLog;
}

type Scanned = Extract<EventDraft, { name: "scanAllowed" | "scanDenied" }>;

const DECISIONS: readonly number[] = [DICTIONARY.scanAllowed.kind, DICTIONARY.scanDenied.kind];

export class Receipts {
  readonly #ports: ReceiptsPorts;
  /** What the receipts that are shown say. */
  readonly #decisions = new Map<string, Receipt | null>();

  constructor(ports: ReceiptsPorts) {
    this.#ports = ports;
  }

  /** A decision with the device's signature; any other event as it is. */
  seal(device: string, draft: EventDraft): EventDraft {
    if (draft.name !== "scanAllowed" && draft.name !== "scanDenied") return draft;
    const receipt = base64FromBytes(encodeReceipt(receiptOf(device, draft), this.#ports.key));
    return { ...draft, payload: { ...draft.payload, receipt } } as EventDraft;
  }

  /** The last decision among them is on record now, and may be shown. */
  committed(device: string, events: readonly NewEvent[]): void {
    const decision = events.findLast(({ kind }) => DECISIONS.includes(kind));
    if (!decision) return;
    const { receipt } = decision.payload as { receipt: string };
    // For show only, and not worth a fsync before the contactor closes: the journal has it already.
    this.#ports.after(0, () => this.#show(device, receipt));
  }

  #show(device: string, receipt: string): void {
    try {
      this.#ports.journal.setValue(receiptKey(device), receipt);
      this.#decisions.delete(device);
    } catch (error) {
      this.#ports.log.warn({ device, err: error }, "the last receipt cannot be kept for show");
    }
  }

  /** The inspector's code of the machine's last decision; null when there was none. */
  inspection(device: string): string | null {
    const receipt = this.#ports.journal.getValue(receiptKey(device));
    if (receipt === undefined) return null;
    const word = this.#ports.journal.getValue(wordKey(device));
    return encodeInspection(word === undefined ? null : bytesFromBase64(word), bytesFromBase64(receipt));
  }

  /** What the inspector's code says: read once a decision, and not at all when another key signed it. */
  decision(device: string): Receipt | null {
    const known = this.#decisions.get(device);
    if (known !== undefined) return known;
    const receipt = this.#ports.journal.getValue(receiptKey(device));
    const decision = receipt === undefined ? null : this.#ownReceipt(device, receipt);
    this.#decisions.set(device, decision);
    return decision;
  }

  #ownReceipt(device: string, receipt: string): Receipt | null {
    try {
      const { publicKey } = this.#ports.key;
      return decodeReceipt(bytesFromBase64(receipt), vouchedFor<HolderKey>({ algorithm: "ed25519", publicKey }));
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      this.#ports.log.warn({ device, code: error.code }, "the last receipt was not signed with this key");
      return null;
    }
  }

  /** On line: the platform is shown the key before any record that it signed, and asked for its word on it. It may have lost both. */
  online(device: string): void {
    const publicKey = base64FromBytes(this.#ports.key.publicKey);
    // An unsent request is an unanswered one: the next connection asks again.
    void this.#ports.ask(device, { v: 1, id: "device-key", want: "deviceKey", publicKey }).catch(() => undefined);
  }

  /** Kept when it is the platform's word on this very key; null: the platform knows another key of this device. */
  arrived(device: string, word: Uint8Array | null): void {
    if (word === null) {
      this.#ports.log.warn({ device }, "the platform knows another key of this device");
      return;
    }
    const told = decodeDeviceKey(word, this.#ports.trust);
    const ours = base64FromBytes(told.publicKey) === base64FromBytes(this.#ports.key.publicKey);
    if (told.device !== device || !ours) throw new CodedError("trust.otherDevice", told.device);
    this.#ports.journal.setValue(wordKey(device), base64FromBytes(word));
  }
}

function receiptOf(device: string, { name, session, payload }: Scanned): Receipt {
  const allowed = name === "scanAllowed";
  const { handle, way, purpose, category, listVersion, overlayVersion, policyVersion, checkListVersion, earliestMs, latestMs } = payload;
  const grounds = { way, purpose, category, listVersion, overlayVersion, policyVersion, checkListVersion, earliestMs, latestMs };
  if ("code" in payload) return { device, session, allowed, handle, reason: payload.code, ...grounds, ...NO_LIMITS };
  const { rule, limitS, idleRelockS, endsBy, endsMs, permit, guardian, wouldRefuse } = payload;
  return { device, session, allowed, handle, reason: rule, ...grounds, limitS, idleRelockS, endsBy, endsMs, permit, guardian, wouldRefuse };
}

const NO_LIMITS = {
  ...{ limitS: null, idleRelockS: null, endsBy: null, endsMs: null, permit: null, guardian: null, wouldRefuse: null },
} as const;

function receiptKey(device: string): string {
  return `receipt/${device}`;
}

function wordKey(device: string): string {
  return `deviceKey/${device}`;
}

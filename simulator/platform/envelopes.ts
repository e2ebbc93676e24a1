/** Envelopes for chips: the platform's word past the module, under a key that the module does not have. */
import { type EnvelopeTerms, sealEnvelope } from "#protocol/chip/envelope.ts";
import { FULL_BUDGET } from "#protocol/chip/vault.ts";
import type { EnvelopeReply, Request } from "#protocol/events/messages.ts";
import { DEVELOPMENT_BUDGET_KEY } from "#simulator/developmentKeys.ts";

type EnvelopeRequest = Extract<Request, { want: "envelope" }>;

/** What the envelope says beside the budget: nothing older than this is to be taken by the chip's machine. */
export interface EnvelopeFacts {
  nowMs: number;
  /** Give or take. */
  uncertaintyMs: number;
  /** The chip's; every chip that no installer has registered has that of development. */
  budgetKey?: Uint8Array | undefined;
  floors: Pick<EnvelopeTerms, "listFloor" | "overlayFloor" | "keysetFloor" | "policyFloor">;
}

/**
 * A full budget, the time as it surely is already, and the versions that the device has in force, as far as there are such.
 */
export function answerEnvelope(
  request: EnvelopeRequest,
  { nowMs, uncertaintyMs, budgetKey = DEVELOPMENT_BUDGET_KEY, floors }: EnvelopeFacts,
): EnvelopeReply {
  const terms = {
    challenge: hex(request.challenge),
    listFloor: Math.min(request.have.list, floors.listFloor),
    overlayFloor: Math.min(request.have.overlay, floors.overlayFloor),
    keysetFloor: Math.min(request.have.keyset, floors.keysetFloor),
    policyFloor: Math.min(request.have.policy, floors.policyFloor),
    timeFloorS: Math.floor((nowMs - uncertaintyMs) / 1000),
    ...FULL_BUDGET,
    unlockCalibration: 0,
  };
  const envelope = sealEnvelope(terms, budgetKey, hex(request.uid));
  return { v: 1, id: request.id, envelope: Buffer.from(envelope).toString("base64") };
}

function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "hex"));
}

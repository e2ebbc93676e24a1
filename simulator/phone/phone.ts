/** A phone: its holder's credential, its own key, and what it signs with it. */
import { randomBytes } from "node:crypto";
import type { Challenge } from "#protocol/pass/challenge.ts";
import type { PassWishes } from "#protocol/pass/claims.ts";
import type { HolderSigner } from "#protocol/pass/coseSign1.ts";
import { encodeResponse } from "#protocol/pass/response.ts";
import { phoneKey } from "#simulator/holderKey.ts";
import { type PersonName, personOf } from "#simulator/people.ts";
import { issueCredential } from "#simulator/platform/credentialIssuer.ts";
import { readCurrentList } from "#simulator/platform/currentList.ts";
import { readKeys } from "#simulator/platform/keys.ts";
import { type ScanRequest, scanRequestText } from "#simulator/platform/scanRequest.ts";

export interface Phone {
  readonly name: PersonName;
  /** `AG1:…` */
  readonly credential: string;
  readonly signer: HolderSigner;
}

/** A working day, and no check-list. */
export const USUAL_WISHES: PassWishes = { purpose: "start", maxSessionS: 43_200, checklistVersion: 0, place: null };

/** The phone of this person, registered at the platform whose data folder is given. */
export function phoneOf(name: PersonName, platformDataDir: string): Phone {
  const list = readCurrentList(platformDataDir);
  if (list === undefined) throw new Error(`平台尚未签发名单 / the platform has issued no list yet: ${platformDataDir}`);
  const { phone, holderSecret } = personOf(name, list.issuedMs);
  const credential = issueCredential(name, { issuer: readKeys(platformDataDir).key("credential"), listIssuedMs: list.issuedMs });
  return { name, credential, signer: phoneKey(phone, holderSecret).signer };
}

/** `AG1R:…`: what the phone posts to the page, or shows to the machine's scanner. */
export function answerTo(challenge: Challenge, phone: Phone, wishes = USUAL_WISHES): string {
  return encodeResponse(phone.credential, challenge, wishes, phone.signer);
}

/** What the phone sends to the platform when it has scanned a sticker. */
export function platformRequest(device: string, { name, signer }: Phone, wishes = USUAL_WISHES): ScanRequest {
  const asked = { do: "scan" as const, device, as: name, nonce: randomBytes(8).toString("hex"), ...wishes };
  return { ...asked, signature: Buffer.from(signer.sign(scanRequestText(asked))).toString("base64") };
}

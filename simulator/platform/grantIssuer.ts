/** Turns the scan of a phone into a grant for the machine, when the phone is its holder's. The machine decides on the rest. */
import { randomBytes } from "node:crypto";
import { createTrustStore, readFrom, verifyHolder } from "#protocol/crypto.ts";
import { decodeCredential } from "#protocol/pass/credential.ts";
import { encodeGrant } from "#protocol/pass/grant.ts";
import { parsePersonName } from "#simulator/people.ts";
import { issueCredential } from "#simulator/platform/credentialIssuer.ts";
import { type PlatformKeys, signBytes } from "#simulator/platform/keys.ts";
import { type ScanRequest, scanRequestText } from "#simulator/platform/scanRequest.ts";

/** Clocks of platform and device may differ so much. */
const EARLY_S = 30;
const LIFE_S = 60;
const NONCES_REMEMBERED = 256;

export class GrantIssuer {
  readonly #keys: PlatformKeys;
  readonly #listIssuedMs: number;
  #counter = 0;
  readonly #nonces = new Set<string>();

  constructor(keys: PlatformKeys, listIssuedMs: number) {
    this.#keys = keys;
    this.#listIssuedMs = listIssuedMs;
  }

  /** The grant's text. Throws when the request is not signed by the holder's phone, or was made before. */
  issue(request: ScanRequest, nowMs: number): string {
    const { signature, ...asked } = request;
    const issuer = this.#keys.key("credential");
    const trust = createTrustStore([{ ...issuer, purposes: ["credential"] }]);
    const credential = decodeCredential(issueCredential(parsePersonName(asked.as), { issuer, listIssuedMs: this.#listIssuedMs }), trust);
    const key = readFrom(credential, credential.holderKey);
    const holds = verifyHolder(key, Buffer.from(signature, "base64"), scanRequestText(asked), true);
    if (!holds) throw new Error("不是本人手机 / not the holder's phone");
    this.#rememberNonce(asked.nonce);
    const nowS = Math.floor(nowMs / 1000);
    // Rises over restarts of the platform too: it issues less than one a second for long.
    this.#counter = Math.max(this.#counter + 1, nowS);
    const { device, nonce, purpose, maxSessionS, checklistVersion, place } = asked;
    const { handle, categories } = credential;
    const signer = this.#keys.key("grant");
    return encodeGrant(
      {
        ...{ device, handle, id: randomBytes(8).toString("hex"), categories, counter: this.#counter, nonce },
        ...{ notBeforeS: nowS - EARLY_S, expiryS: nowS + LIFE_S, wishes: { purpose, maxSessionS, checklistVersion, place } },
      },
      { algorithm: signer.algorithm, keyId: signer.id, sign: (message) => signBytes(signer, message) },
    );
  }

  #rememberNonce(nonce: string): void {
    if (this.#nonces.has(nonce)) throw new Error("重复的请求 / this request was made before");
    this.#nonces.add(nonce);
    const [oldest] = this.#nonces;
    if (this.#nonces.size > NONCES_REMEMBERED && oldest !== undefined) this.#nonces.delete(oldest);
  }
}

/** What was shown to a machine, as facts for the licence decision. */
import type { PassFacts } from "#agent/core/licensing/pass.ts";
import type { DriverLog } from "#agent/runtime/machineDriver.ts";
import type { TrustStore } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";
import { decodeCredential } from "#protocol/pass/credential.ts";

/** A credential asks for no limit of its own. */
const DAY_S = 86_400;

export function shownPass(
  text: string,
  way: PassFacts["way"],
  trust: TrustStore,
  log: DriverLog,
): { pass: PassFacts | null; refusal: ErrorCode | null } {
  try {
    const { handle, categories, notBeforeDay, expiryDay, reviewDay, issuedS } = decodeCredential(text, trust);
    const credential = { categories, notBeforeDay, expiryDay, reviewDay, issuedMs: issuedS * 1000 };
    const pass: PassFacts = { handle, credential, way, purpose: "start", maxSessionS: DAY_S, checklistVersion: 0, place: null };
    return { pass, refusal: null };
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    log.warn({ code: error.code }, "a scan that is no credential");
    return { pass: null, refusal: "licence.badCredential" };
  }
}

/** Look-ups in the certificate list in force, for the core. */
import type { CertificateFacts } from "#agent/core/licensing/facts.ts";
import type { DriverLog } from "#agent/runtime/machineDriver.ts";
import type { CertificateList } from "#protocol/list/certificateList.ts";

/** Of the list in force, what a scan needs. */
export interface ListInForce extends Pick<CertificateList, "version" | "issuedMs"> {
  lookUp(handle: string): CertificateFacts | undefined;
}

/** Null: not in the list. Undefined: the list cannot be read there; the next refresh fetches it anew. */
export function lookUp(list: ListInForce | undefined, handle: string, log: DriverLog): CertificateFacts | null | undefined {
  try {
    return list?.lookUp(handle) ?? null;
  } catch (error) {
    log.warn({ err: error }, "the certificate list cannot be read");
    return undefined;
  }
}

/** What cannot be read says nothing of a session that runs: it is left out. */
export function lookUpAll(list: ListInForce, handles: readonly string[], log: DriverLog) {
  return handles.flatMap((handle) => {
    const entry = lookUp(list, handle, log);
    return entry === undefined ? [] : [{ handle, entry }];
  });
}

/** The platform's pinned CA and this module's own certificate, for a connection to `mqtts://`. */
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { CodedError } from "#protocol/errors/codedError.ts";

export interface TlsFiles {
  /** PEM: nobody else is believed, the system's own roots included. */
  caFile?: string | undefined;
  certFile?: string | undefined;
  keyFile?: string | undefined;
}

export interface TlsTexts {
  ca?: string;
  cert?: string;
  key?: string;
}

/** Read at every connection, so that a renewed certificate needs no restart. Throws `sync.badTlsFile`. */
export function readTls({ caFile, certFile, keyFile }: TlsFiles): TlsTexts {
  const texts: TlsTexts = {
    ...(caFile === undefined ? {} : { ca: pem(caFile) }),
    ...(certFile === undefined ? {} : { cert: pem(certFile) }),
    ...(keyFile === undefined ? {} : { key: pem(keyFile) }),
  };
  try {
    // What is no certificate is passed over by the context without a word.
    if (texts.ca !== undefined) new X509Certificate(texts.ca);
    createSecureContext(texts);
  } catch (cause) {
    const files = [caFile, certFile, keyFile].filter((file) => file !== undefined);
    throw new CodedError("sync.badTlsFile", `${files.join(", ")}: ${(cause as Error).message}`, { cause });
  }
  return texts;
}

function pem(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new CodedError("sync.badTlsFile", (cause as Error).message, { cause });
  }
}

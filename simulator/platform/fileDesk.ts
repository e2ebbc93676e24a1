/** The platform's signed files: the newest of each kind, and how a new one comes about. */
import { closeSync, openSync, readSync } from "node:fs";
import { sha256Hex } from "#protocol/crypto.ts";
import type { CodedError } from "#protocol/errors/codedError.ts";
import type { FileKind, FileReply } from "#protocol/events/messages.ts";
import type { Receipt } from "#protocol/receipt/receipt.ts";
import { parsePersonName, personEntry } from "#simulator/people.ts";
import type { CurrentList } from "#simulator/platform/currentList.ts";
import type { PlatformKeys } from "#simulator/platform/keys.ts";
import { OverlayIssuer } from "#simulator/platform/overlayIssuer.ts";
import { type PolicyChange, PolicyIssuer } from "#simulator/platform/policyIssuer.ts";

/** What is announced of a file, and its bytes. */
export interface OfferedFile {
  readonly announced: NonNullable<FileReply["file"]>;
  piece(offset: number, length: number): Uint8Array;
}

interface FileDeskListener {
  /** Reaches the devices on line, or one of them. */
  tellToFetch(kinds: FileKind[], device?: string): void;
  /** A policy in the data folder does not verify: it is not handed out, nor believed. */
  policyRefused(device: string, error: CodedError): void;
}

type Grounds = Pick<Receipt, "device" | "listVersion" | "overlayVersion" | "policyVersion">;

/** Version of the file that was made. */
interface Issued {
  version: number;
}

export class FileDesk {
  readonly #keys: PlatformKeys;
  readonly #base: CurrentList;
  readonly #overlays: OverlayIssuer;
  readonly #policies: PolicyIssuer;

  readonly #now: () => number;
  readonly #tell: FileDeskListener["tellToFetch"];

  constructor(dataDir: string, keys: PlatformKeys, base: CurrentList, now: () => number, listener: FileDeskListener) {
    this.#now = now;
    this.#tell = (kinds, device) => listener.tellToFetch(kinds, device);
    this.#keys = keys;
    this.#base = base;
    this.#overlays = new OverlayIssuer(dataDir, keys, base, now());
    this.#policies = new PolicyIssuer(dataDir, keys, (device, error) => listener.policyRefused(device, error));
  }

  /** Undefined when the platform has none of the kind. */
  newest(kind: FileKind, device: string): OfferedFile | undefined {
    switch (kind) {
      case "base": {
        const { version, size, sha256, path } = this.#base;
        return { announced: { version, size, sha256 }, piece: (offset, length) => readPiece(path, offset, length) };
      }
      case "overlay":
        return this.#overlays.current && offered(this.#overlays.current);
      case "keyset":
        return offered(this.#keys.keyset);
      case "policy": {
        const file = this.#policies.newest(device);
        return file && offered(file);
      }
    }
  }

  /** Of what the platform wants in force at a device; 0 for what it has not. */
  versions(device: string) {
    const version = (kind: FileKind) => this.newest(kind, device)?.announced.version ?? 0;
    return { listFloor: version("base"), overlayFloor: version("overlay"), keysetFloor: version("keyset"), policyFloor: version("policy") };
  }

  /** A receipt's grounds. 0: no list, no overlay, no policy yet. */
  hasIssued({ device, listVersion, overlayVersion, policyVersion }: Grounds): boolean {
    if (policyVersion !== 0 && !this.#policies.hasIssued(device, policyVersion)) return false;
    if (listVersion > this.#base.version) return false;
    return overlayVersion === 0 || (listVersion > 0 && this.#overlays.baseOf(overlayVersion) === listVersion);
  }

  /** Rules anew for a device: what is not named stays as it was, or as the development policy has it. */
  rule(device: string, change: PolicyChange): Issued {
    const version = this.#policies.rule(device, change, this.#now());
    this.#tell(["policy"], device);
    return { version };
  }

  /** A person's certificate is suspended, or a handle is taken out of the list, by a new overlay. */
  revoke({ as, handle }: { as?: string | undefined; handle?: string | undefined }): Issued {
    if (handle === undefined && as === undefined) throw new RangeError("revoke whom: as or handle");
    const suspended = () => ({ ...personEntry(parsePersonName(as ?? ""), this.#base.issuedMs), suspended: true });
    return this.#overlay(handle === undefined ? suspended() : { handle, removed: true });
  }

  /** A person's certificate is in the list, and good as far as its dates go. */
  certify(as: string): Issued {
    return this.#overlay(personEntry(parsePersonName(as), this.#base.issuedMs));
  }

  /** New keys; overlay and policies are signed anew, the base stays under its old key. The command goes out under the old key, which the devices still trust. */
  rotateKeys(retireRoot: boolean): Issued {
    this.#tell(["keyset", "policy", "overlay"]);
    const policies = this.#policies.all();
    this.#keys.rotate(this.#now(), retireRoot);
    this.#overlays.signAnew(this.#now());
    this.#policies.signAnew(policies, this.#now());
    return { version: this.#keys.keyset.version };
  }

  #overlay(change: Parameters<OverlayIssuer["change"]>[0]): Issued {
    const version = this.#overlays.change(change, this.#now());
    this.#tell(["overlay"]);
    return { version };
  }
}

function offered({ version, bytes }: { version: number; bytes: Uint8Array }): OfferedFile {
  return {
    announced: { version, size: bytes.length, sha256: sha256Hex(bytes) },
    piece: (offset, length) => bytes.subarray(offset, offset + length),
  };
}

function readPiece(path: string, offset: number, length: number): Uint8Array {
  const file = openSync(path, "r");
  try {
    const piece = new Uint8Array(length);
    return piece.subarray(0, readSync(file, piece, 0, length, offset));
  } finally {
    closeSync(file);
  }
}

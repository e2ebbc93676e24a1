import { encodeRelease, type ReleaseAbout, type ReleaseFile } from "#protocol/release/releaseFile.ts";
import { type PlatformKeys, signBytes } from "#simulator/platform/keys.ts";

/** A release of the agent's program under the platform's key. Throws `update.badShape`, `update.tooLarge`. */
export function issueRelease(keys: PlatformKeys, about: ReleaseAbout, files: readonly ReleaseFile[]): Uint8Array {
  const key = keys.key("release");
  return encodeRelease(about, files, { algorithm: key.algorithm, keyId: key.id, sign: (message) => signBytes(key, message) });
}

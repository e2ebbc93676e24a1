/** What a phone that scanned a machine's sticker asks of the platform, and how it signs it. Between these two: no device sees it. */
import { z } from "zod";
import { canonicalJson } from "#protocol/events/canonical.ts";

export const ScanRequest = z.strictObject({
  do: z.literal("scan"),
  device: z.string().regex(/^[0-9A-Z]{20}$/),
  as: z.string().max(32),
  /** 8 random bytes: the grant repeats them. */
  nonce: z.string().regex(/^[0-9a-f]{16}$/),
  purpose: z.enum(["start", "guard"]),
  maxSessionS: z.number().int().min(1).max(0xffff),
  checklistVersion: z.number().int().min(0).max(0xffff),
  place: z.strictObject({ latE5: z.number().int(), lonE5: z.number().int() }).nullable(),
  /** By the phone's own key, over `scanRequestText` of the rest. */
  signature: z.base64().max(256),
});
export type ScanRequest = z.infer<typeof ScanRequest>;

export function scanRequestText(request: Omit<ScanRequest, "signature">): Uint8Array {
  return new TextEncoder().encode(`arcgate-scan/1\n${canonicalJson(request)}`);
}

import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Deflate, Inflate } from "#protocol/events/batch.ts";

export const deflate: Deflate = (bytes) => deflateRawSync(bytes, { level: 1 });
export const inflate: Inflate = (bytes, maxBytes) => inflateRawSync(bytes, { maxOutputLength: maxBytes });

/** Ways to put a batch on the wire. `ours` is the product's own; each gives back the JSON or object that a receiver judges. */
import { brotliCompressSync, brotliDecompressSync, constants, deflateRawSync, deflateSync, inflateRawSync, inflateSync } from "node:zlib";
import { decode, encode } from "cborg";
import type { JournalRow } from "#agent/ports.ts";
import { encodeRows } from "#agent/runtime/syncBatch.ts";
import { type BatchHead, encodeBatch, INFLATED_BYTES_MAX } from "#protocol/events/batch.ts";

export interface Codec {
  name: string;
  encode(head: BatchHead, rows: readonly JournalRow[]): Uint8Array;
  /** To the object that is judged next. */
  decode(bytes: Uint8Array): unknown;
}

interface Packer {
  name: string;
  pack(bytes: Uint8Array): Uint8Array;
  unpack(bytes: Uint8Array): Uint8Array;
}

const BOUND = { maxOutputLength: INFLATED_BYTES_MAX };

/** What the agent does, with its marker byte and its bound below which nothing is deflated. */
const OURS: Codec = {
  name: "ours",
  encode: (head, rows) => encodeRows(head, rows).payload,
  decode: (bytes) => parse(bytes[0] === 1 ? inflateRawSync(bytes.subarray(1), BOUND) : bytes),
};

/** `sample`: text such as will be sent, for the dictionaries that both ends would have to keep. */
export function codecs(sample: Uint8Array): { ours: Codec; others: Codec[] } {
  const packers = [
    ...[1, 6, 9].map(deflateAt),
    ...[1, 6].map((level) => deflateWith(level, sample)),
    ...[1, 5].map(brotliAt),
    { name: "zlib6", pack: (bytes: Uint8Array) => deflateSync(bytes), unpack: (bytes: Uint8Array) => inflateSync(bytes, BOUND) },
  ];
  const cborOf = ({ name, pack, unpack }: Packer): Codec => ({
    name: `cbor${name === "" ? "" : `-${name}`}`,
    encode: (head, rows) => pack(encode(objectOf(head, rows))),
    decode: (bytes) => decode(unpack(bytes)),
  });
  const plain: Packer = { name: "", pack: (bytes) => bytes, unpack: (bytes) => bytes };
  return { ours: OURS, others: [jsonOf({ ...plain, name: "json" }), ...packers.map(jsonOf), cborOf(plain), cborOf(deflateAt(1))] };
}

function jsonOf({ name, pack, unpack }: Packer): Codec {
  return { name, encode: (head, rows) => pack(encodeBatch(head, rows, undefined)), decode: (bytes) => parse(unpack(bytes)) };
}

function deflateAt(level: number): Packer {
  return {
    name: `deflate${level}`,
    pack: (bytes) => deflateRawSync(bytes, { level }),
    unpack: (bytes) => inflateRawSync(bytes, BOUND),
  };
}

function deflateWith(level: number, dictionary: Uint8Array): Packer {
  return {
    name: `deflate${level}-dictionary`,
    pack: (bytes) => deflateRawSync(bytes, { level, dictionary }),
    unpack: (bytes) => inflateRawSync(bytes, { ...BOUND, dictionary }),
  };
}

function brotliAt(quality: number): Packer {
  const params = { [constants.BROTLI_PARAM_QUALITY]: quality };
  return {
    name: `brotli${quality}`,
    pack: (bytes) => brotliCompressSync(bytes, { params }),
    unpack: (bytes) => brotliDecompressSync(bytes, BOUND),
  };
}

/** The agent keeps payloads as text: another encoding than JSON must read it first. */
function objectOf({ device, lane, chain, prev, reissue }: BatchHead, rows: readonly JournalRow[]): object {
  const events = rows.map(({ seq, epoch, kind, session, time, payloadText }) => {
    const payload: unknown = payloadText === null ? null : JSON.parse(payloadText);
    return { seq, epoch, kind, session, ...time, payload };
  });
  return { v: 1, device, lane, chain, prev, reissue, events };
}

function parse(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}

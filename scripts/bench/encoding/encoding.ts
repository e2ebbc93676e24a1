/**
 * What a batch costs on the wire and in CPU, by encoding and by size: ours beside plain JSON, and every other way beside ours. One machine's
 * hours in the field; bytes are the same in every run, times are of this computer and count as ratios.
 */
import { inflateRawSync } from "node:zlib";
import type { JournalRow } from "#agent/ports.ts";
import { encodeRows } from "#agent/runtime/syncBatch.ts";
import { BATCH_EVENTS_MAX, type BatchHead, encodeBatch } from "#protocol/events/batch.ts";
import { type BenchResult, benchResult, type Figures } from "#scripts/bench/base/figures.ts";
import { median } from "#scripts/bench/base/statistics.ts";
import { say } from "#scripts/bench/base/workplace.ts";
import { type Codec, codecs } from "#scripts/bench/encoding/codecs.ts";
import { assertReadable, fieldCorpus, type LaneRows, prevOf } from "#scripts/bench/encoding/corpus.ts";

/** Deflate looks back so far: more of a dictionary is never used. */
const DICTIONARY_BYTES = 32 * 1024;

interface Batch {
  head: BatchHead;
  rows: JournalRow[];
}

interface Cost {
  bytes: number;
  encodeUs: number;
  decodeUs: number;
}

/** `live`: as committed, while the machine is on line. `backlog`: out of an outage, so many events at most. */
const SIZES = [1, 10, 50, 100, BATCH_EVENTS_MAX] as const;
const BACKLOG = 100;

export async function encoding(quick: boolean): Promise<BenchResult> {
  const { hours, rounds } = quick ? { hours: 1, rounds: 1 } : { hours: 4, rounds: 5 };
  say(`一台焊机 ${hours} 小时的记录`, `${hours} hours of one machine's records`);
  const [sample, lanes] = [await fieldCorpus(1), await fieldCorpus(hours)];
  const { ours, others } = codecs(dictionaryOf(sample));
  const packings = { live: lanes.flatMap(liveBatches), backlog: lanes.flatMap((lane) => backlogBatches(lane, BACKLOG)) };
  for (const { head, rows } of packings.live) assertReadable(ours.encode(head, rows), inflate);

  const measured = [ours, ...others].map((codec) => ({ codec, live: [] as Cost[], backlog: [] as Cost[] }));
  for (let round = 0; round < rounds; round++) {
    for (const { codec, live, backlog } of measured) {
      live.push(costOf(codec, packings.live));
      backlog.push(costOf(codec, packings.backlog));
    }
  }
  const named = measured.map(({ codec, live, backlog }) => ({
    name: codec.name,
    figures: { ...figuresOf("live", live), ...figuresOf("backlog", backlog) },
  }));
  const base = named[0]?.figures ?? {};
  const floor = named.find(({ name }) => name === "json")?.figures ?? {};
  const ratios = named.slice(2).flatMap(({ name, figures }) => beside(name, figures, base));
  return benchResult("encoding", base, floor, Object.fromEntries([...ratios, ...sizes(ours, lanes)]));
}

function beside(name: string, theirs: Figures, base: Figures): [string, number][] {
  return Object.entries(theirs).map(([figure, value]) => [`${name} ${figure}`, value / (base[figure] ?? Number.NaN)]);
}

/** Bytes of ours at each size of batch, beside ours at 100. */
function sizes(ours: Codec, lanes: readonly LaneRows[]): [string, number][] {
  const bytesAt = (size: number): number =>
    lanes.flatMap((lane) => backlogBatches(lane, size)).reduce((sum, { head, rows }) => sum + ours.encode(head, rows).length, 0);
  const base = bytesAt(BACKLOG);
  return SIZES.map((size) => [`ours batch${size} / batch${BACKLOG}`, bytesAt(size) / base]);
}

function figuresOf(packing: string, rounds: readonly Cost[]): Figures {
  return {
    [`${packing}Bytes`]: median(rounds.map(({ bytes }) => bytes)),
    [`${packing}EncodeUs`]: median(rounds.map(({ encodeUs }) => encodeUs)),
    [`${packing}DecodeUs`]: median(rounds.map(({ decodeUs }) => decodeUs)),
  };
}

/** Of one event, on the average. CPU of the process, not time that passes: others may use the computer. */
function costOf(codec: Codec, batches: readonly Batch[]): Cost {
  const events = batches.reduce((sum, { rows }) => sum + rows.length, 0);
  const startUs = cpuUs();
  const encoded = batches.map(({ head, rows }) => codec.encode(head, rows));
  const encodedUs = cpuUs();
  for (const bytes of encoded) codec.decode(bytes);
  const decodedUs = cpuUs();
  const bytes = encoded.reduce((sum, each) => sum + each.length, 0);
  return { bytes: bytes / events, encodeUs: (encodedUs - startUs) / events, decodeUs: (decodedUs - encodedUs) / events };
}

function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

function liveBatches({ head, rows, groups }: LaneRows): Batch[] {
  return groups.map((group) => ({ head: { ...head, prev: prevOf(rows, (group[0]?.seq ?? 1) - 1) }, rows: group }));
}

/** Cut where the agent cuts: every way has the same batches. */
function backlogBatches({ head, rows }: LaneRows, size: number): Batch[] {
  const batches: Batch[] = [];
  for (let from = 0; from < rows.length; from = batches.at(-1)?.rows.at(-1)?.seq ?? rows.length) {
    const full = { ...head, prev: prevOf(rows, from) };
    const { upTo } = encodeRows(full, rows.slice(from, from + size));
    batches.push({ head: full, rows: rows.slice(from, upTo) });
  }
  return batches;
}

/** One batch of each kind of event from another day: the best case, for both ends know exactly what will be sent. */
function dictionaryOf(lanes: readonly LaneRows[]): Uint8Array {
  const texts = lanes.toReversed().flatMap(({ head, rows }) => {
    const ofEachKind = [...new Map(rows.map((row) => [row.kind, row])).values()];
    return ofEachKind.map((row) => encodeBatch({ ...head, prev: row.hash }, [row]));
  });
  return Buffer.concat(texts).subarray(-DICTIONARY_BYTES);
}

function inflate(bytes: Uint8Array, maxOutputLength: number): Uint8Array {
  return inflateRawSync(bytes, { maxOutputLength });
}

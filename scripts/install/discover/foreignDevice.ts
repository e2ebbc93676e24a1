/** Bought meters and relays, told by the maps' own words of how they are told. */
import { decodeBlock } from "#protocol/chip/codec.ts";
import { METER_MAPS, type MeterMapName, RELAY_MAPS, type RelayMapName } from "#protocol/chip/maps/catalogue.ts";
import type { MeterMap, Recognition, RelayMap, Said } from "#protocol/chip/maps/foreign.ts";
import type { Block } from "#protocol/chip/table.ts";
import { meterAllows, relayAllows } from "#scripts/install/discover/allowed.ts";
import type { FoundMeter, FoundRelay, FoundUnknown } from "#scripts/install/discover/device.ts";
import { type Ask, type Heard, READ_FUNCTION } from "#scripts/install/discover/probeLine.ts";
import { misfit, saysNothing } from "#scripts/install/discover/recognise.ts";

type Candidate = { kind: "meter"; name: MeterMapName; map: MeterMap } | { kind: "relay"; name: RelayMapName; map: RelayMap };

const CANDIDATES: readonly Candidate[] = [
  ...namesOf(METER_MAPS).map((name) => ({ kind: "meter", name, map: METER_MAPS[name] }) as const),
  ...namesOf(RELAY_MAPS).map((name) => ({ kind: "relay", name, map: RELAY_MAPS[name] }) as const),
];

function namesOf<Name extends string>(maps: Readonly<Record<Name, unknown>>): Name[] {
  return Object.keys(maps) as Name[];
}

/** Of the maps that fit the one that is certain, else the one that asked most. `notChip`: why it is none of ours. */
export async function asForeign(ask: Ask, address: number, notChip: Said): Promise<FoundMeter | FoundRelay | FoundUnknown> {
  const isNot = [{ what: "arcgate-chip", why: notChip }];
  const answers = new Set<number>();
  const noting: Ask = async (what) => {
    const heard = await ask(what);
    if (heard.kind === "answer" || heard.kind === "otherLength") answers.add(READ_FUNCTION[what.space]);
    return heard;
  };
  let best: { candidate: Candidate; heard: Heard[] } | null = null;
  for (const candidate of CANDIDATES) {
    const { recognition } = candidate.map;
    const { heard, why } = await compare(noting, address, recognition);
    if (why) isNot.push({ what: candidate.name, why });
    else if (!best || rankOf(recognition) > rankOf(best.candidate.map.recognition)) best = { candidate, heard };
    if (!why && recognition.certain) break;
  }
  if (best) return found(best.candidate, address, best.heard);
  return { kind: "unknown", address, answers: [...answers].toSorted((left, right) => left - right), isNot };
}

const CERTAIN_RANK = 100;

function rankOf({ reads, certain }: Recognition): number {
  return reads.length + (certain ? CERTAIN_RANK : 0);
}

/** Why the first read that does not fit does not; the others are made all the same, unless it is silent, to see what it does answer. */
async function compare(ask: Ask, address: number, { reads }: Recognition): Promise<{ heard: Heard[]; why: Said | null }> {
  const heard: Heard[] = [];
  let why: Said | null = null;
  for (const read of reads) {
    const each = await ask(read.block);
    heard.push(each);
    why ??= misfit(read, each, address);
    if (each.kind === "silence") break;
  }
  if (!why && saysNothing(reads, heard)) why = { zh: "所有寄存器均为 0，无法判断", en: "every register of it is 0, which proves nothing" };
  return { heard, why };
}

function found(candidate: Candidate, address: number, heard: readonly Heard[]): FoundMeter | FoundRelay {
  const { certain, remarks } = candidate.map.recognition;
  const common = { address, certain, remarks: [...remarks] };
  if (candidate.kind === "relay") return { kind: "relay", map: candidate.name, ...common, ...relayAllows(candidate.map) };
  return { kind: "meter", map: candidate.name, ...readings(candidate.map, heard), ...common, ...meterAllows() };
}

function readings({ recognition, meter }: MeterMap, heard: readonly Heard[]): { volts: number; amps: number; rangeAmps: number } {
  const fieldOf = (block: Block, field: string): number => {
    const each = heard[recognition.reads.findIndex((read) => read.block === block)];
    const values: Readonly<Record<string, unknown>> = each?.kind === "answer" ? decodeBlock(block, each.words) : {};
    return Number(values[field] ?? 0);
  };
  const { live, voltsField, ampsField, range, rangeAmps } = meter;
  const told = range?.amps[fieldOf(range.block, range.field)];
  return { volts: fieldOf(live, voltsField), amps: fieldOf(live, ampsField), rangeAmps: told ?? rangeAmps };
}

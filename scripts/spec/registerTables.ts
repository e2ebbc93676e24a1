import { ARCGATE_CHIP, BUZZERS, CHIP_FAULTS, LAMPS, LEASE_MODES, LEASE_RESULTS, OPENED_BY, STATUS } from "#protocol/chip/arcgateChip.ts";
import { METER_MAPS, RELAY_MAPS } from "#protocol/chip/maps/catalogue.ts";
import type { MeterMap, RecognisingRead, RelayMap } from "#protocol/chip/maps/foreign.ts";
import type { Block, Field, RegisterMap } from "#protocol/chip/table.ts";
import { lineText } from "#scripts/spec/lineText.ts";
import { markdownTable } from "#scripts/spec/markers.ts";

/** Our chip's blocks and the meanings of its coded registers. */
export function chipTables(): string {
  return [...blockTables(ARCGATE_CHIP), statusTable(), valueTable()].join("\n\n");
}

/** The meters and relays of other makers, by the names that a configuration gives them. */
export function foreignTables(): string {
  const maps: (MeterMap | RelayMap)[] = [...Object.values(METER_MAPS), ...Object.values(RELAY_MAPS)];
  return maps.flatMap((map) => [foreignTitle(map), ...blockTables(map, "####")]).join("\n\n");
}

function foreignTitle(map: MeterMap | RelayMap): string {
  const facts = [`Source: ${map.source}.`, `Leaves the factory at ${lineText(map.line)}.`];
  if ("relay" in map) facts.push(relayText(map));
  facts.push(recognitionText(map));
  return `### ${map.name}\n\n${facts.join(" ")}`;
}

function recognitionText({ recognition }: MeterMap | RelayMap): string {
  const { reads, certain, otherLines } = recognition;
  const conditions = reads.map((read) => `${read.block.space} ${hex(read.block.address)}${conditionText(read)}`);
  const known = certain ? "Known for certain" : "Likely, for others may answer the same,";
  const lines = otherLines.length > 0 ? ` Its manual names ${otherLines.map(lineText).join(", ")} too.` : "";
  return `${known} by reading ${conditions.join("; ")}.${lines}`;
}

function conditionText({ within = {}, oneOf = {}, ownAddress }: RecognisingRead): string {
  const conditions = [
    ...Object.entries(within).map(([name, [least, most]]) => `\`${name}\` ${least} to ${most}`),
    ...Object.entries(oneOf).map(([name, values]) => `\`${name}\` ${values.join(" or ")}`),
    ...(ownAddress === undefined ? [] : [`\`${ownAddress}\` is its own address`]),
  ];
  return conditions.length === 0 ? "" : ` (${conditions.join(", ")})`;
}

function relayText({ relay }: RelayMap): string {
  const { flashOn } = relay;
  if (!flashOn) return "It has no timed output: no dead-man.";
  return `Timed output: FC05 at ${hex(flashOn.coilBase)} + coil, in units of ${flashOn.unitMs} ms; its lease is ${flashOn.leaseMs} ms.`;
}

function blockTables(map: RegisterMap, heading = "###"): string[] {
  return Object.entries(map.blocks).map(([name, block]) => {
    const title = `${heading} ${name} · ${hex(block.address)} · ${block.words} ${block.space === "coil" ? "coils" : "words"} · ${block.space}, ${block.access}`;
    const rows = block.fields.map((field) => fieldRow(block, field));
    return `${title}\n\n${block.en}.\n\n${markdownTable(["Register", "Words", "Name", "Type", "Meaning", "中文"], rows)}`;
  });
}

function fieldRow(block: Block, field: Field): string[] {
  return [hex(block.address + field.at), `${field.words}`, `\`${field.name}\``, typeText(field), field.en, field.zh];
}

/** `u16 / 100`: the value is the raw number divided by 100. */
function typeText({ type, per, lowWordFirst }: Field): string {
  return `${type}${per ? ` / ${per}` : ""}${lowWordFirst ? ", low word first" : ""}`;
}

function statusTable(): string {
  const rows = Object.entries(STATUS).map(([name, mask]) => [`${Math.log2(mask)}`, `\`${name}\``]);
  return `### Status bits\n\n${markdownTable(["Bit", "Name"], rows)}`;
}

function valueTable(): string {
  const lists = {
    "LEASE mode": LEASE_MODES,
    "PAGE leaseResult": LEASE_RESULTS,
    "PAGE fault": CHIP_FAULTS,
    "PAGE openedBy": OPENED_BY,
    "lamp (indicator's high byte)": LAMPS,
    "buzzer (indicator's low byte)": BUZZERS,
  };
  const rows = Object.entries(lists).map(([name, values]) => [name, values.map((value, index) => `${index} ${value}`).join(", ")]);
  return `### Coded registers\n\n${markdownTable(["Register", "Values"], rows)}`;
}

function hex(register: number): string {
  return `0x${register.toString(16).toUpperCase().padStart(4, "0")}`;
}

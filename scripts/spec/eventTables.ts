import { DICTIONARY, type EventKind } from "#protocol/events/dictionary.ts";
import { type EventName, PAYLOADS } from "#protocol/events/payloads.ts";
import { CHANNELS } from "#scripts/spec/channels.ts";
import { markdownTable } from "#scripts/spec/markers.ts";

/** The event dictionary, one row a kind. */
export function dictionaryTable(): string {
  const entries: [string, EventKind][] = Object.entries(DICTIONARY);
  const rows = entries.map(([name, entry]) => [
    `${entry.kind}`,
    `[\`${name}\`](spec/payloads/${name}.schema.json)`,
    entry.zh,
    entry.en,
    entry.lane,
    entry.severity,
    entry.platformWarning ? "yes" : "",
    members(name as EventName),
  ]);
  return markdownTable(["Kind", "Name", "中文", "English", "Lane", "Severity", "Platform warning", "Payload"], rows);
}

/** Names of the payload's members; optional ones carry a question mark. */
function members(name: EventName): string {
  const shape = Object.entries(PAYLOADS[name].shape);
  if (shape.length === 0) return "empty object";
  return shape.map(([member, schema]) => `${member}${schema.safeParse(undefined).success ? "?" : ""}`).join(", ");
}

export function topicTable(): string {
  const rows = CHANNELS.map(({ topic, message, qos, sender, en }) => [
    `\`${topic}\``,
    `[${message}](spec/${message}.schema.json)`,
    `${qos}`,
    sender,
    en,
  ]);
  return markdownTable(["Topic", "Message", "QoS", "Sender", "What for"], rows);
}

/** Topics of the wire. Nothing in them needs MQTT 5. */
const ROOT = "arcgate/1";

export const UP = ["events", "state", "request"] as const;
export const DOWN = ["ack", "reply", "command", "list", "time"] as const;
export type UpChannel = (typeof UP)[number];
export type DownChannel = (typeof DOWN)[number];

/** `arcgate/1/{division}/{device}/up/{channel}`; the division is the device code's first six digits. */
export function upTopic(device: string, channel: UpChannel): string {
  return `${ROOT}/${device.slice(0, 6)}/${device}/up/${channel}`;
}

export function downTopic(device: string, channel: DownChannel | "+"): string {
  return `${ROOT}/${device.slice(0, 6)}/${device}/down/${channel}`;
}

/** Filter with which the platform receives everything of a channel. */
export function everyUp(channel: UpChannel): string {
  return `${ROOT}/+/+/up/${channel}`;
}

export type ParsedTopic =
  | { direction: "up"; device: string; channel: UpChannel }
  | { direction: "down"; device: string; channel: DownChannel };

export function parseTopic(topic: string): ParsedTopic | undefined {
  const parts = topic.split("/");
  const [root, version, division, device, direction, channel] = parts;
  if (parts.length !== 6 || `${root}/${version}` !== ROOT || !device || device.slice(0, 6) !== division) return undefined;
  if (direction === "up" && UP.some((name) => name === channel)) return { direction, device, channel: channel as UpChannel };
  if (direction === "down" && DOWN.some((name) => name === channel)) return { direction, device, channel: channel as DownChannel };
  return undefined;
}

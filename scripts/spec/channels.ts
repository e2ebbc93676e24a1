import { DOWN, type DownChannel, downTopic, UP, type UpChannel, upTopic } from "#protocol/topics.ts";
import type { MessageName } from "#scripts/spec/jsonSchemas.ts";

interface Usage {
  message: MessageName;
  qos: 0 | 1;
  en: string;
}

export interface Channel extends Usage {
  /** `upEvents`, `downAck` … */
  id: string;
  /** With `{division}` and `{device}` in their places. */
  topic: string;
  sender: "device" | "platform";
}

const UP_USAGE: Readonly<Record<UpChannel, Usage>> = {
  events: { message: "EventBatch", qos: 1, en: "Events of one lane in order; JSON, or 0x01 and deflated JSON" },
  state: { message: "State", qos: 0, en: "Birth, will (both QoS 1) and live snapshots; none of it is journalled" },
  request: {
    message: "Request",
    qos: 1,
    en: "Asks for the time, the newest file of a kind or a piece of it, an envelope, a word on the device's key",
  },
};

const DOWN_USAGE: Readonly<Record<DownChannel, Usage>> = {
  ack: { message: "Ack", qos: 1, en: "What the platform has committed, and what it refuses" },
  reply: { message: "Reply", qos: 1, en: "Names the newest signed file of a kind; brings an envelope, or the word on a device's key" },
  command: { message: "Command", qos: 1, en: "A signed order; never retained, 60 s old at most" },
  list: { message: "FileChunk", qos: 1, en: "A piece of a signed file" },
  time: { message: "TimeReply", qos: 1, en: "Signed time over the request's nonce" },
};

/** A device code whose parts are replaced by their names in the topic that the product itself builds. */
const SAMPLE_DEVICE = "370983S0000000000000";

/** Every topic of the wire with its message. */
export const CHANNELS: readonly Channel[] = [
  ...UP.map((name) => channel(`up-${name}`, upTopic(SAMPLE_DEVICE, name), "device", UP_USAGE[name])),
  ...DOWN.map((name) => channel(`down-${name}`, downTopic(SAMPLE_DEVICE, name), "platform", DOWN_USAGE[name])),
];

function channel(name: string, sampleTopic: string, sender: Channel["sender"], usage: Usage): Channel {
  const id = name.replace(/-(.)/, (_, letter: string) => letter.toUpperCase());
  const topic = sampleTopic.replace(SAMPLE_DEVICE, "{device}").replace(SAMPLE_DEVICE.slice(0, 6), "{division}");
  return { id, topic, sender, ...usage };
}

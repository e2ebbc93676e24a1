import { stringify } from "yaml";
import { CHANNELS, type Channel } from "#scripts/spec/channels.ts";
import { MESSAGES } from "#scripts/spec/jsonSchemas.ts";

/** The AsyncAPI 3 document, from the platform's point of view: it receives what devices publish. Schemas are referred to, not repeated. */
export function asyncApiDocument(): string {
  return stringify(
    {
      asyncapi: "3.0.0",
      info: {
        title: "arcgate wire",
        version: "1",
        description: "Messages between a welding machine's agent and the provincial platform. README.md beside this folder is normative.",
      },
      defaultContentType: "application/json",
      channels: Object.fromEntries(CHANNELS.map((channel) => [channel.id, channelObject(channel)])),
      operations: Object.fromEntries(CHANNELS.map((channel) => [operationId(channel), operationObject(channel)])),
      components: { parameters: PARAMETERS, messages: messageObjects() },
    },
    { lineWidth: 0 },
  );
}

const PARAMETERS = {
  division: { description: "The device code's first six digits (GB/T 2260)" },
  device: { description: "Device code, 20 characters" },
};

function channelObject({ topic, message }: Channel): object {
  return {
    address: topic,
    parameters: {
      division: { $ref: "#/components/parameters/division" },
      device: { $ref: "#/components/parameters/device" },
    },
    messages: { [message]: { $ref: `#/components/messages/${message}` } },
  };
}

function operationObject({ id, message, sender, qos, en }: Channel): object {
  return {
    action: sender === "device" ? "receive" : "send",
    summary: en,
    channel: { $ref: `#/channels/${id}` },
    messages: [{ $ref: `#/channels/${id}/messages/${message}` }],
    bindings: { mqtt: { qos, retain: false, bindingVersion: "0.2.0" } },
  };
}

function operationId({ id, sender }: Channel): string {
  return `${sender === "device" ? "receive" : "send"}${id[0]?.toUpperCase()}${id.slice(1)}`;
}

function messageObjects(): Record<string, object> {
  const names = Object.keys(MESSAGES);
  return Object.fromEntries(names.map((name) => [name, { name, payload: { $ref: `./${name}.schema.json` } }]));
}

import { z } from "zod";
import { DICTIONARY } from "#protocol/events/dictionary.ts";
import { Ack, Command, EventBatch, FileChunk, Reply, Request, State, TimeReply } from "#protocol/events/messages.ts";
import { type EventName, PAYLOADS } from "#protocol/events/payloads.ts";
import { PolicyFile } from "#protocol/policy/policyFile.ts";

export const MESSAGES = { EventBatch, State, Request, Ack, Reply, TimeReply, FileChunk, Command } as const;
export type MessageName = keyof typeof MESSAGES;

export type JsonSchema = Readonly<Record<string, unknown>>;

/** JSON Schema (draft 2020-12) of every message on the wire. */
export function messageSchemas(): [MessageName, JsonSchema][] {
  return Object.entries(MESSAGES).map(([name, schema]) => [name as MessageName, { title: name, ...jsonSchema(schema) }]);
}

/** JSON Schema of every payload of the dictionary, titled with its kind. */
export function payloadSchemas(): [EventName, JsonSchema][] {
  return Object.entries(PAYLOADS).map(([key, schema]) => {
    const name = key as EventName;
    const { kind, en, zh } = DICTIONARY[name];
    return [name, { title: `${kind} ${name}`, description: `${en} ${zh}`, ...jsonSchema(schema) }];
  });
}

/** JSON Schema of the signed files that are JSON. */
export function fileSchemas(): [string, JsonSchema][] {
  return [["PolicyFile", { title: "PolicyFile", ...jsonSchema(PolicyFile) }]];
}

function jsonSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { target: "draft-2020-12" });
}

import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { DOWN, parseTopic, UP } from "#protocol/topics.ts";
import { specArtefacts } from "#scripts/spec/artefacts.ts";
import { fillMarkers, markdownTable } from "#scripts/spec/markers.ts";
import { DEVICE } from "#test/events/samples.ts";

interface AsyncApi {
  asyncapi: string;
  channels: Record<string, { address: string; messages: Record<string, { $ref: string }> }>;
  operations: Record<string, { action: string; channel: { $ref: string }; messages: { $ref: string }[] }>;
  components: { messages: Record<string, { payload: { $ref: string } }> };
}

const artefacts = specArtefacts(process.cwd());
const document: AsyncApi = parse(artefacts.get("protocol/spec/asyncapi.yaml") ?? "");

/** Follows `#/a/b` inside the document. */
function resolve($ref: string): unknown {
  return $ref
    .slice(2)
    .split("/")
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], document);
}

describe("the AsyncAPI document", () => {
  it("has every topic, and each address is one that the product parses", () => {
    expect(document.asyncapi).toBe("3.0.0");
    const topics = Object.values(document.channels).map(({ address }) =>
      parseTopic(address.replace("{division}", DEVICE.slice(0, 6)).replace("{device}", DEVICE)),
    );
    const expected = [
      ...UP.map((channel) => ({ direction: "up", device: DEVICE, channel })),
      ...DOWN.map((channel) => ({ direction: "down", device: DEVICE, channel })),
    ];
    expect(topics).toEqual(expected);
  });

  it("refers to nothing that is not there", () => {
    const operations = Object.values(document.operations);
    expect(operations).toHaveLength(UP.length + DOWN.length);
    const references = [
      ...operations.flatMap(({ channel, messages }) => [channel.$ref, ...messages.map(({ $ref }) => $ref)]),
      ...Object.values(document.channels).flatMap(({ messages }) => Object.values(messages).map(({ $ref }) => $ref)),
    ];
    for (const reference of references) expect(resolve(reference), reference).toBeDefined();
    for (const { payload } of Object.values(document.components.messages)) {
      expect([...artefacts.keys()]).toContain(`protocol/spec/${payload.$ref.slice(2)}`);
    }
  });
});

describe("JSON Schemas", () => {
  const schemas = [...artefacts].filter(([path]) => path.endsWith(".schema.json"));

  it.each(schemas)("%s is closed and titled", (_, text) => {
    const schema = JSON.parse(text);
    expect(schema.$schema).toBe("https://json-schema.org/draft/2020-12/schema");
    expect(schema.title).toMatch(/\w/);
    for (const variant of schema.oneOf ?? schema.anyOf ?? [schema])
      expect(variant).toMatchObject({ type: "object", additionalProperties: false });
  });
});

describe("markers", () => {
  it("keep what stands around them and renew what stands between", () => {
    const before = "a\n<!-- generated:x -->\nold\n<!-- /generated:x -->\nb";
    const after = fillMarkers(before, { x: "new" });
    expect(after).toBe("a\n<!-- generated:x -->\n\nnew\n\n<!-- /generated:x -->\nb");
    expect(fillMarkers(after, { x: "new" })).toBe(after);
  });

  it("may be neither forgotten nor invented", () => {
    expect(() => fillMarkers("no markers", { x: "new" })).toThrow("generated:x");
    expect(() => fillMarkers("<!-- generated:y --><!-- /generated:y -->", {})).toThrow("generated:y");
  });

  it("a table escapes its bars", () => {
    expect(markdownTable(["a"], [["b | c"]])).toBe("| a |\n|---|\n| b \\| c |");
  });
});

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ERRORS } from "#protocol/errors/registry.ts";
import { DICTIONARY, eventName } from "#protocol/events/dictionary.ts";
import { PAYLOADS } from "#protocol/events/payloads.ts";

const specification = readFileSync("protocol/README.md", "utf8");
const errorDocument = readFileSync("protocol/errors/README.md", "utf8");
const CODES = Object.keys(ERRORS);
const AREAS = [...new Set(CODES.map((code) => code.split(".")[0]))];

/** Names of files and of stored values that look like codes. */
const OTHER_NAMES = /\.(json|key|db|csv|part|sqlite|fram|svg|pdf)$|^journal\.(epoch|chain|retentionDays)$/;

const SOURCES = ["agent", "protocol", "simulator", "scripts", "test"].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => join(folder, path))
    .filter((path) => path.endsWith(".ts") && !path.startsWith("protocol/errors/"))
    .map((path) => ({ path, text: readFileSync(path, "utf8") })),
);

describe("the event dictionary", () => {
  const entries = Object.entries(DICTIONARY);

  it("has a schema for each kind and a kind for each schema", () => {
    expect(Object.keys(PAYLOADS).sort()).toEqual(Object.keys(DICTIONARY).sort());
    const schemaFiles = readdirSync("protocol/spec/payloads").map((file) => file.replace(".schema.json", ""));
    expect(schemaFiles.sort()).toEqual(Object.keys(DICTIONARY).sort());
  });

  it("is the specification's table, both ways", () => {
    const rows = [
      ...specification.matchAll(/^\| (\d{4}) \| \[`(\w+)`\]\((.+?)\) \| (.+?) \| (.+?) \| (legal|telemetry) \| (\w+) \| (yes)? ?\|/gm),
    ];
    const documented = rows.map(([, kind, name, file, zh, en, lane, severity, warning]) => ({
      kind,
      name,
      file,
      zh,
      en,
      lane,
      severity,
      warning,
    }));
    const coded = entries.map(([name, entry]) => ({
      ...{ kind: `${entry.kind}`, name, file: `spec/payloads/${name}.schema.json`, zh: entry.zh, en: entry.en },
      ...{ lane: entry.lane, severity: entry.severity, warning: "platformWarning" in entry ? "yes" : undefined },
    }));
    expect(documented).toEqual(coded);
  });

  it("numbers each kind once, in the thousand of its group, and finds it again", () => {
    const kinds = entries.map(([, { kind }]) => kind);
    expect(new Set(kinds).size).toBe(kinds.length);
    for (const [name, { kind }] of entries) {
      expect(kind).toSatisfy((value: number) => value >= 1000 && value <= 5999);
      expect(eventName(kind)).toBe(name);
    }
    expect(eventName(1999)).toBeUndefined();
  });

  it("holds the platform's six warnings", () => {
    const warnings = entries.filter(([, entry]) => "platformWarning" in entry).map(([, { zh }]) => zh);
    expect(warnings).toEqual(["特殊时期动火", "证书临期", "证书到期", "疑似改装焊机", "远距离扫码", "焊机异常作业"]);
  });
});

describe("the error registry", () => {
  it("is its document's tables, both ways", () => {
    const rows = [...errorDocument.matchAll(/^\| `([\w.]+)` \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$/gm)];
    const documented = rows.map(([, code = "", zh, remedyZh, en, remedyEn]) => [code, { en, zh, remedyEn, remedyZh }]);
    const unescaped = JSON.parse(JSON.stringify(documented).replaceAll("\\\\|", "|"));
    expect(Object.fromEntries(unescaped)).toEqual(ERRORS);
    expect(rows).toHaveLength(CODES.length);
  });

  it.each(CODES)("%s says in both languages what it means and what to do", (code) => {
    expect(code).toMatch(/^[a-z]+\.[a-z][A-Za-z0-9]+$/);
    const { en, zh, remedyEn, remedyZh } = ERRORS[code as keyof typeof ERRORS];
    for (const chinese of [zh, remedyZh]) expect(chinese).toMatch(/\p{Script=Han}/u);
    for (const english of [en, remedyEn]) expect(english).toMatch(/^[A-Z\d/].*[a-z]/);
  });

  it("has no code that nothing gives out", () => {
    const product = SOURCES.filter(({ path }) => !path.startsWith("test/"))
      .map(({ text }) => text)
      .join("\n");
    // `list.${fault}` gives out every fault of a signature under the name of the area that met it.
    const isGiven = (code: string) => {
      const [area, cause] = code.split(".");
      return product.includes(`"${code}"`) || (product.includes(`\`${area}.\${`) && product.includes(`"${cause}"`));
    };
    expect(CODES.filter((code) => !isGiven(code))).toEqual([]);
  });

  it("has every code that is given out", () => {
    const literal = new RegExp(`["'\`]((?:${AREAS.join("|")})\\.[a-z][A-Za-z0-9]+)["'\`]`, "g");
    const given = SOURCES.flatMap(({ path, text }) => [...text.matchAll(literal)].map(([, code = ""]) => ({ path, code })));
    expect(given.length).toBeGreaterThan(CODES.length);
    expect(given.filter(({ code }) => !CODES.includes(code) && !OTHER_NAMES.test(code))).toEqual([]);
  });
});

describe("the documents", () => {
  it.each([
    ["protocol", specification],
    ["protocol/errors", errorDocument],
  ])("%s/README.md links to what exists", (folder, text) => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)\)/g)].map(([, target = ""]) => target);
    expect(links.filter((target) => !existsSync(join(folder, target)))).toEqual([]);
  });
});

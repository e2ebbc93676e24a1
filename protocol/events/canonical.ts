/**
 * RFC 8785 for our data: keys in UTF-16 order, no white space, numbers as ECMAScript prints them.
 * Members that are undefined are left out; in an array undefined is null, as in JSON.stringify.
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case "number":
      return Number.isFinite(value) ? String(value) : "null";
    case "string":
      return quoted(value);
    case "undefined":
      return "null";
    case "object":
      if (value === null) return "null";
      return Array.isArray(value) ? canonicalArray(value) : canonicalObject(value as Record<string, unknown>);
    default:
      return JSON.stringify(value);
  }
}

function canonicalArray(items: readonly unknown[]): string {
  let text = "[";
  for (const item of items) text += text.length === 1 ? canonicalJson(item) : `,${canonicalJson(item)}`;
  return `${text}]`;
}

function canonicalObject(record: Record<string, unknown>): string {
  let text = "{";
  for (const key of sortedKeys(record)) {
    const member = record[key];
    if (member !== undefined) text += `${text.length === 1 ? "" : ","}${quoted(key)}:${canonicalJson(member)}`;
  }
  return `${text}}`;
}

/** What was parsed from canonical text is in order already, and need not be sorted again. */
function sortedKeys(record: Record<string, unknown>): string[] {
  const keys = Object.keys(record);
  let last = "";
  for (const key of keys) {
    if (key < last) return keys.sort();
    last = key;
  }
  return keys;
}

/** Most texts hold nothing that JSON escapes; asking is cheaper than escaping. */
function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

const PLAIN = /^[ !#-[\]-~]*$/;

/**
 * Renews what stands between `<!-- generated:NAME -->` and `<!-- /generated:NAME -->`.
 * A table without its pair of markers is an Error, and so is a marker without a table: neither may be forgotten.
 */
export function fillMarkers(document: string, tables: Readonly<Record<string, string>>): string {
  const marked = [...document.matchAll(/<!-- generated:(\w+) -->/g)].map((match) => match[1] ?? "");
  const unknown = marked.find((name) => !(name in tables));
  if (unknown) throw new Error(`no table is made for the marker generated:${unknown}`);
  return Object.entries(tables).reduce((text, [name, table]) => fillOne(text, name, table), document);
}

function fillOne(document: string, name: string, table: string): string {
  const opening = `<!-- generated:${name} -->`;
  const closing = `<!-- /generated:${name} -->`;
  const from = document.indexOf(opening);
  const to = document.indexOf(closing);
  if (from < 0 || to < from) throw new Error(`the markers of generated:${name} are missing`);
  return `${document.slice(0, from + opening.length)}\n\n${table}\n\n${document.slice(to)}`;
}

/** A Markdown table. A bar inside a cell is escaped. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

/** Makes the device's files: .build/arcgate.mjs, the program, and .build/arcgate-launch.mjs, which starts it or a release of it. Native parts stay outside. */
import { randomUUID } from "node:crypto";
import { renameSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Plugin, rolldown } from "rolldown";

export const BUNDLE = built("arcgate.mjs");
export const LAUNCHER = built("arcgate-launch.mjs");

/** A file of ASCII alone is read by V8 as it is; one character beyond it doubles the text in memory. Escapes mean the same in literals. */
const asciiOnly: Plugin = {
  name: "ascii-only",
  generateBundle(_options, bundle) {
    for (const output of Object.values(bundle)) {
      if (output.type === "chunk") output.code = output.code.replace(/[^\0-\x7f]/g, escaped);
    }
  },
};

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

export async function build(): Promise<string> {
  await bundled("agent/main.ts", BUNDLE);
  await bundled("agent/launch.ts", LAUNCHER);
  return BUNDLE;
}

/** One file out of an entry, a path in this repository. Gives the modules that went into it. */
export async function bundled(entry: string, target: string): Promise<string[]> {
  const bundle = await rolldown({
    input: fileURLToPath(new URL(`../${entry}`, import.meta.url)),
    platform: "node",
    external: ["better-sqlite3", "@serialport/bindings-cpp"],
    plugins: [asciiOnly],
    logLevel: "silent",
  });
  // In place by a rename: whoever starts the bundle meanwhile finds the old one or the new one, whole.
  const unfinished = `${target}.${randomUUID()}.new`;
  const { output } = await bundle.write({ file: unfinished, format: "esm", minify: true, codeSplitting: false });
  await bundle.close();
  renameSync(unfinished, target);
  return output.flatMap((part) => (part.type === "chunk" ? part.moduleIds : []));
}

/** Where what is made from this repository lies. */
export function built(name: string): string {
  return fileURLToPath(new URL(`../.build/${name}`, import.meta.url));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await build());

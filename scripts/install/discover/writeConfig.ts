/** Writes `arcgate.yaml` whole or not at all, and never over a file that somebody else wrote or changed. */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { resolve } from "node:path";
import { sha256Hex } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { type ConfigFacts, checkFacts } from "#scripts/install/discover/configFacts.ts";
import { configText } from "#scripts/install/discover/configText.ts";
import { machineFile } from "#scripts/install/machine/machineFolder.ts";

const TITLE = `# 焊闸配置 arcgate's configuration
# 由安装工具生成；人工修改后，工具不再覆盖（--force 除外）。
# Written by the installer's tool, which leaves it alone once a person has changed it, unless told --force.
`;
const DIGEST = "# digest: ";

/** Gives the file's path. Throws `discover.badFacts`, `discover.configTaken`, and the codes of a bad device code or designation. */
export function writeConfig(facts: ConfigFacts, folder: string, { force = false }: { force?: boolean } = {}): string {
  checkFacts(facts);
  const file = machineFile(folder, "config");
  const before = readIfThere(file);
  if (before !== null && !isOurs(before) && !force) throw new CodedError("discover.configTaken", file);
  const text = sealed(configText(facts, resolve(machineFile(folder, "trust"))));
  if (text !== before) replaceFile(file, text, folder);
  return file;
}

function sealed(body: string): string {
  return `${TITLE}${DIGEST}${sha256Hex(body)}\n${body}`;
}

/** As this tool left it, to the last character. */
function isOurs(text: string): boolean {
  const at = text.indexOf(DIGEST);
  const bodyAt = text.indexOf("\n", at) + 1;
  return at >= 0 && bodyAt > 0 && text.slice(at + DIGEST.length, bodyAt - 1) === sha256Hex(text.slice(bodyAt));
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

function replaceFile(file: string, text: string, folder: string): void {
  const half = `${file}.new`;
  withFile(half, "w", (descriptor) => writeSync(descriptor, text));
  renameSync(half, file);
  withFile(folder, "r", () => undefined);
}

/** What is done with it is on the disk before it returns. */
function withFile(path: string, flags: "w" | "r", act: (descriptor: number) => unknown): void {
  const descriptor = openSync(path, flags, 0o644);
  try {
    act(descriptor);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Reads the configuration. An error names the file's line and the remedy. */
import { readFileSync, statSync } from "node:fs";
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import type { z } from "zod";
import { Config, type MachineSettings } from "#agent/shell/system/configSchema.ts";
import { parseDeviceCode } from "#protocol/codes/deviceCode.ts";
import { parseDesignation } from "#protocol/codes/gbt10249.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { SHANDONG_PROFILE } from "#protocol/profile/profile.ts";

const MAX_BYTES = 256 * 1024;

export function readConfig(file: string): Config {
  let text: string;
  try {
    if (statSync(file).size > MAX_BYTES) throw new CodedError("config.tooLarge", file);
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof CodedError) throw error;
    throw new CodedError("config.missing", file, { cause: error });
  }
  return parseConfig(text, file);
}

/** `name` is how errors call the text. */
export function parseConfig(text: string, name: string): Config {
  if (text.length > MAX_BYTES) throw new CodedError("config.tooLarge", name);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false, logLevel: "error" });
  const lineAt = (offset: number) => `${name}:${lines.linePos(offset).line}`;
  const [broken] = document.errors;
  if (broken) throw new CodedError("config.badYaml", `${lineAt(broken.pos[0])}: ${broken.message}`);
  let plain: unknown;
  try {
    plain = document.toJS({ maxAliasCount: 10 });
  } catch (error) {
    throw new CodedError("config.badYaml", `${name}: ${(error as Error).message}`, { cause: error });
  }
  const checked = Config.safeParse(plain);
  if (!checked.success) {
    const issue = deepest(checked.error.issues[0]);
    const offset = offsetOf(document.contents, issue.path, issue.code === "unrecognized_keys" ? issue.keys[0] : undefined);
    const where = `${lineAt(offset)}: ${issue.path.join(".") || "(top)"}`;
    if (issue.code === "unrecognized_keys") throw new CodedError("config.unknownKey", `${where}: ${issue.keys.join(", ")}`);
    throw new CodedError("config.badValue", `${where}: ${issue.message}`);
  }
  refuseBadMachines(checked.data, (path) => `${lineAt(offsetOf(document.contents, path, undefined))}: ${path.join(".")}`);
  return checked.data;
}

type Path = readonly PropertyKey[];

/** What the schema cannot see, found before anything is opened: codes and designations that mean nothing, and what is there twice. */
function refuseBadMachines(config: Config, placeOf: (path: Path) => string): void {
  const devices = new Set<string>();
  const ports = new Set(config.buses.map((bus) => bus.port));
  for (const [busIndex, bus] of config.buses.entries()) {
    const places = new Set<string>();
    for (const [index, machine] of bus.machines.entries()) {
      const path = ["buses", busIndex, "machines", index];
      const { device, designation } = machine;
      refuseTwice(devices, device, () => placeOf([...path, "device"]));
      check(
        () => parseDeviceCode(device, SHANDONG_PROFILE.deviceCode),
        () => placeOf([...path, "device"]),
      );
      check(
        () => parseDesignation(designation),
        () => placeOf([...path, "designation"]),
      );
      for (const { at, member } of placesOf(machine)) refuseTwice(places, at, () => placeOf([...path, member]));
      if (machine.scanner) refuseShared(ports, machine.scanner.port, () => placeOf([...path, "scanner", "port"]));
    }
  }
}

/** Where a machine sits on its bus, and the member that says so. */
function placesOf(machine: MachineSettings): { at: string; member: string }[] {
  if ("address" in machine) return [{ at: `${machine.address}`, member: "address" }];
  const { meter, relay } = machine;
  return [
    { at: `${meter.address}`, member: "meter" },
    { at: `${relay.address}.${relay.coil}`, member: "relay" },
  ];
}

function refuseTwice(seen: Set<string>, what: string, place: () => string): void {
  if (seen.has(what)) throw new CodedError("config.duplicateDevice", `${place()}: ${what}`);
  seen.add(what);
}

/** A port has one reader: one bus, or one machine's scanner. */
function refuseShared(ports: Set<string>, port: string, place: () => string): void {
  if (ports.has(port)) throw new CodedError("config.sharedScanner", `${place()}: ${port}`);
  ports.add(port);
}

function check(parse: () => unknown, place: () => string): void {
  try {
    parse();
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    throw new CodedError(error.code, `${place()}: ${error.detail}`, { cause: error });
  }
}

type Issue = z.core.$ZodIssue;

/** Of a union's branches the one that got furthest says what is wrong. */
function deepest(issue: Issue | undefined): Issue {
  if (!issue) throw new RangeError("a failed parse without an issue");
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return issue;
  const branches = issue.errors.map((branch) => branch.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })));
  const best = branches.sort((left, right) => left.length - right.length)[0]?.[0];
  return best ? deepest(best as Issue) : issue;
}

function offsetOf(root: unknown, path: readonly PropertyKey[], key: string | undefined): number {
  let node = root as Node | null;
  let offset = node?.range?.[0] ?? 0;
  for (const step of key === undefined ? path : [...path, key]) {
    const next: unknown = isMap(node) || isSeq(node) ? node.get(step, true) : undefined;
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && item.key.value === step);
      if (isScalar(pair?.key) && pair.key.range) offset = pair.key.range[0];
    } else if ((next as Node | undefined)?.range) offset = (next as Node).range?.[0] ?? offset;
    if (!next) return offset;
    node = next as Node;
  }
  return offset;
}

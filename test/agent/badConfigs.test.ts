/** What `arcgate` says to a command line or a configuration that it cannot use. No far end is needed. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { ERRORS, type ErrorCode } from "#protocol/errors/registry.ts";
import { stageDevice } from "#simulator/stage/stage.ts";
import { BUNDLED, runCommand } from "#test/agent/commandLine.ts";
import { testKey } from "#test/list/fixtures.ts";

const folder = mkdtempSync(join(tmpdir(), "arcgate-"));
let bundle = "";

beforeAll(async () => {
  bundle = await BUNDLED;
  const roots = [{ id: "test", algorithm: "ed25519", publicKey: Buffer.from(testKey("ed25519").publicKeySpki).toString("base64") }];
  writeFileSync(join(folder, "trust.json"), JSON.stringify({ roots }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function machines(count: number): object[] {
  return Array.from({ length: count }, (_, index) => {
    return { device: stageDevice("ZX7-400", index), address: index + 1, designation: "ZX7-400", linkKey: "0".repeat(64) };
  });
}

function config(bus: object, more: object = {}): string {
  const trust = { file: join(folder, "trust.json") };
  return stringify({ data: join(folder, "data"), page: { port: 0 }, broker: { url: "mqtt://127.0.0.1:1" }, trust, buses: [bus], ...more });
}

const port = join(folder, "tty");
const BARE_RELAY = { meter: { map: "pzem-017", address: 1 }, relay: { map: "relay-plain", address: 2, coil: 0 } };

/** A machine that could only be watched. */
function bareMachine(policy: object): object {
  return { device: stageDevice("ZX7-400", 0), designation: "ZX7-400", ...BARE_RELAY, policy };
}

const REFUSED: [what: string, text: string, code: ErrorCode, detail: RegExp][] = [
  ["17 machines on a bus", config({ port, machines: machines(17) }), "link.busOverloaded", /17 chips/],
  ["5 machines at 9,600 baud", config({ port, baudRate: 9600, machines: machines(5) }), "link.busOverloaded", /5 chips/],
  ["a key that nothing reads", `${config({ port, machines: machines(1) })}\nbrokr: 1\n`, "config.unknownKey", /bad\.yaml:\d+.*brokr/],
  ["a value of the wrong kind", config({ port, machines: machines(1), baudRate: 300 }), "config.badValue", /bad\.yaml:\d+.*baudRate/],
  ["broken YAML", "data: [1, 2\nbroker: {", "config.badYaml", /bad\.yaml:\d+/],
  ["one device twice", config({ port, machines: [...machines(1), ...machines(1)] }), "config.duplicateDevice", /bad\.yaml.*00000001/],
  [
    "an enforced machine whose relay has no dead-man",
    config({ port, baudRate: 9600, stopBits: 2, machines: [bareMachine({ class: "enforced" })] }),
    "link.noDeadMan",
    /00000001/,
  ],
  [
    "a wrong check character",
    config({ port, machines: [{ ...machines(1)[0], device: "370983ZARCG00000001A" }] }),
    "codes.badDeviceCheck",
    /370983/,
  ],
  [
    "a designation that is none",
    config({ port, machines: [{ ...machines(1)[0], designation: "WELDER" }] }),
    "codes.badDesignation",
    /WELDER/,
  ],
  ["a machine without a key", config({ port, machines: [{ ...machines(1)[0], linkKey: undefined }] }), "config.badKey", /00000001/],
  ["no trust file", config({ port, machines: machines(1) }, { trust: { file: join(folder, "none.json") } }), "trust.badKey", /none\.json/],
];

describe("arcgate run", () => {
  it.each(REFUSED)("refuses %s with its line or name, and a remedy in both languages", async (_, text, code, detail) => {
    const file = join(folder, "bad.yaml");
    writeFileSync(file, text);
    const { code: exit, err } = await runCommand(process.execPath, [bundle, "run", "--config", file]);
    expect(err).toContain(code);
    expect(err).toMatch(detail);
    expect(err).toContain(ERRORS[code].remedyZh);
    expect(err).toContain(ERRORS[code].remedyEn);
    expect(exit).toBe(2);
  });

  it("refuses a file that is not there", async () => {
    const { code, err } = await runCommand(process.execPath, [bundle, "run", "--config", join(folder, "none.yaml")]);
    expect([code, err.includes("config.missing")]).toEqual([2, true]);
  });
});

describe("arcgate doctor", () => {
  it.each([
    ["enforced", true],
    ["monitored", false],
  ])("a relay without a dead-man beside a policy that is %s", async (machineClass, isRefused) => {
    const file = join(folder, "bare.yaml");
    writeFileSync(file, config({ port, baudRate: 9600, stopBits: 2, machines: [bareMachine({ class: machineClass })] }));
    const { code, out } = await runCommand(process.execPath, [bundle, "doctor", "--config", file]);
    expect(code).toBe(1);
    for (const part of ["zh", "remedyZh", "remedyEn"] as const) expect(out.includes(ERRORS["link.noDeadMan"][part])).toBe(isRefused);
    expect(/✗ 总线 bus .*link\.noDeadMan/.test(out)).toBe(isRefused);
  });
});

describe("the command line", () => {
  it("explains itself through npx from the repository's root", async () => {
    const { code, out } = await runCommand("npx", ["arcgate", "--help"]);
    expect(code).toBe(0);
    for (const command of ["run", "status", "doctor"]) expect(out).toContain(command);
  });

  it.each([[["weld"]], [["run", "now"]], [["run", "--confg", "x"]]])("refuses %o with a remedy", async (argv) => {
    const { code, err } = await runCommand(process.execPath, [bundle, ...argv]);
    expect(code).toBe(2);
    expect(err).toContain("config.usage");
    expect(err).toContain("--help");
  });

  it("shows its help when nothing is asked", async () => {
    const { code, out } = await runCommand(process.execPath, [bundle]);
    expect([code, out.includes("arcgate")]).toEqual([2, true]);
  });
});

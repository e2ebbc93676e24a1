import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { parseConfig, readConfig } from "#agent/shell/system/configFile.ts";
import { ERRORS, type ErrorCode } from "#protocol/errors/registry.ts";
import { refusal, WHOLE } from "#test/config/fixtures.ts";

/** `line` of the text without the change is replaced; the error must name the line where the wrong thing now stands. */
type Case = [what: string, from: string, to: string, code: ErrorCode, named: string];

const CASES: Case[] = [
  ["a misspelt top key", "log: { level: info }", "logs: { level: info }", "config.unknownKey", "logs"],
  ["a misspelt key of a machine", "        ratedDutyCycle: 0.6", "        ratedDutycycle: 0.6", "config.unknownKey", "ratedDutycycle"],
  ["a misspelt key of a policy", "          idleRelockS: 600", "          idleRelock: 600", "config.unknownKey", "idleRelock"],
  ["a page's port that is none", "page: { host: 127.0.0.1, port: 8321 }", "page: { port: 70000 }", "config.badValue", "page.port"],
  ["a broker's address that is none", "  url: mqtt://127.0.0.1:1883", "  url: localhost", "config.badValue", "broker.url"],
  [
    "certificates without TLS",
    "  url: mqtt://127.0.0.1:1883",
    "  url: mqtt://127.0.0.1:1883\n  tls: { caFile: /etc/arcgate/ca.pem }",
    "config.badValue",
    "broker.url",
  ],
  ["a certificate without its key", "  username: module-7", "  tls: { certFile: own.pem }", "config.badValue", "broker.tls"],
  ["room for less than a list and a journal", "  maxMegabytes: 1024", "  maxMegabytes: 1", "config.badValue", "storage.maxMegabytes"],
  ["a negative retention", "  retentionDays: 7", "  retentionDays: -1", "config.badValue", "journal.retentionDays"],
  ["a calendar that is none", "  listRefresh: 17 3 * * *", "  listRefresh: at night", "config.badValue", "calendar.listRefresh"],
  ["an unknown log level", "log: { level: info }", "log: { level: loud }", "config.badValue", "log.level"],
  ["an odd baud rate", "    baudRate: 115200", "    baudRate: 115201", "config.badValue", "buses.0.baudRate"],
  ["an unknown parity", "    parity: even", "    parity: maybe", "config.badValue", "buses.1.parity"],
  ["three stop bits", "    stopBits: 1", "    stopBits: 3", "config.badValue", "buses.1.stopBits"],
  ["an address beyond the bus", "        address: 1", "        address: 248", "config.badValue", "buses.0.machines.0.address"],
  ["an address as text", "        address: 2", "        address: two", "config.badValue", "buses.0.machines.1.address"],
  [
    "a duty cycle of percents",
    "        ratedDutyCycle: 0.6",
    "        ratedDutyCycle: 60",
    "config.badValue",
    "buses.0.machines.0.ratedDutyCycle",
  ],
  ["an unknown class", "          class: enforced", "          class: strict", "config.badValue", "buses.0.machines.0.policy.class"],
  [
    "a relock under three minutes",
    "          idleRelockS: 600",
    "          idleRelockS: 60",
    "config.badValue",
    "buses.0.machines.0.policy.idleRelockS",
  ],
  [
    "an unknown meter",
    "        meter: { map: pzem-017, address: 1 }",
    "        meter: { map: pzem-18, address: 1 }",
    "config.badValue",
    "buses.1.machines.0.meter.map",
  ],
  [
    "a relay without a coil",
    "        relay: { map: relay-flash-on, address: 2, coil: 0 }",
    "        relay: { map: relay-flash-on, address: 2 }",
    "config.badValue",
    "buses.1.machines.0.relay",
  ],
  [
    "a short device code",
    "      - device: 370983ZARCG00000001X",
    "      - device: 370983ZARCG1",
    "config.badValue",
    "buses.0.machines.0.device",
  ],
  [
    "a wrong check character",
    "      - device: 370983ZARCG00000001X",
    "      - device: 370983ZARCG00000001Y",
    "codes.badDeviceCheck",
    "buses.0.machines.0.device",
  ],
  ["a designation that is none", "        designation: NBC-350", "        designation: WELDER", "codes.badDesignation", "designation"],
  [
    "an unknown scanner",
    "        scanner: { port: /dev/ttyS2, model: gm65 }",
    "        scanner: { port: /dev/ttyS2, model: gm99 }",
    "config.badValue",
    "buses.0.machines.0.scanner.model",
  ],
  [
    "a scanner without a port",
    "        scanner: { port: /dev/ttyS2, model: gm65 }",
    "        scanner: { model: gm65 }",
    "config.badValue",
    "buses.0.machines.0.scanner",
  ],
  [
    "a misspelt key of a scanner",
    "        scanner: { port: /dev/ttyS2, model: gm65 }",
    "        scanner: { port: /dev/ttyS2, model: gm65, baud: 9600 }",
    "config.unknownKey",
    "baud",
  ],
  [
    "a scanner's odd baud rate",
    "        scanner: { port: tcp://192.168.1.21:4001, model: plain, baudRate: 115200 }",
    "        scanner: { port: tcp://192.168.1.21:4001, model: plain, baudRate: 115201 }",
    "config.badValue",
    "buses.1.machines.0.scanner.baudRate",
  ],
  [
    "a scanner on a bus",
    "        scanner: { port: /dev/ttyS2, model: gm65 }",
    "        scanner: { port: /dev/ttyS1, model: gm65 }",
    "config.sharedScanner",
    "buses.0.machines.0.scanner.port: /dev/ttyS1",
  ],
  [
    "a scanner of two machines",
    "        scanner: { port: tcp://192.168.1.21:4001, model: plain, baudRate: 115200 }",
    "        scanner: { port: /dev/ttyS2, model: gm65 }",
    "config.sharedScanner",
    "buses.1.machines.0.scanner.port: /dev/ttyS2",
  ],
  ["a key as a number of another length", "        address: 2", "        address: 2\n        linkKey: abc", "config.badYaml", "nique"],
  ["a tab for indentation", "  username: module-7", "\tusername: module-7", "config.badYaml", ""],
  ["an open bracket", "log: { level: info }", "log: { level: info", "config.badYaml", ""],
];

describe("a configuration", () => {
  it("with everything in it is read, defaults included", () => {
    const config = parseConfig(WHOLE, "arcgate.yaml");
    expect(config.buses.map(({ baudRate, parity }) => [baudRate, parity])).toEqual([
      [115_200, "none"],
      [9_600, "even"],
    ]);
    expect(config.buses[0]?.machines[1]?.policy).toMatchObject({ class: "enforced", idleRelockS: 600, warnDaysBeforeExpiry: 30 });
    expect(config.buses.flatMap(({ machines }) => machines).map(({ scanner }) => scanner)).toEqual([
      { port: "/dev/ttyS2", model: "gm65" },
      undefined,
      { port: "tcp://192.168.1.21:4001", model: "plain", baudRate: 115_200 },
    ]);
    expect(config.calendar.maintenance).toBe("41 2 * * *");
  });

  it.each(CASES)("with %s is refused by its line", (_, from, to, code, named) => {
    expect(WHOLE).toContain(`${from}\n`);
    const error = refusal(WHOLE.replace(from, to));
    expect(error?.code).toBe(code);
    const line = WHOLE.split("\n").indexOf(from) + 1;
    const told = Number(/^arcgate\.yaml:(\d+):/.exec(error?.detail ?? "")?.[1]);
    // What is broken YAML shows itself at its line or where it had to end; a missing member at its owner.
    if (code === "config.badYaml") expect(told).toBeGreaterThanOrEqual(line);
    else expect(told).toBe(line);
    expect(error?.detail).toContain(named);
    expect(ERRORS[code].remedyZh.length * ERRORS[code].remedyEn.length).toBeGreaterThan(0);
  });

  it.each([
    ["the same device twice", WHOLE.replace("370983NARCG00000002X", "370983ZARCG00000001X"), /arcgate\.yaml:\d+: .*370983ZARCG00000001X/],
    ["the same address twice", WHOLE.replace("        address: 2\n", "        address: 1\n"), /arcgate\.yaml:\d+: .*1/],
  ])("with %s is refused", (_, text, detail) => {
    const error = refusal(text);
    expect(error?.code).toBe("config.duplicateDevice");
    expect(error?.detail).toMatch(detail);
  });

  it.each([
    ["nothing", ""],
    ["a list", "- a\n- b\n"],
    ["a word", "arcgate"],
    ["a number", "17"],
    ["two documents", `${WHOLE}---\n${WHOLE}`],
    ["no machine", WHOLE.replace(/ {4}machines:[\s\S]*$/, "    machines: []\n")],
  ])("that is %s is refused", (_, text) => {
    expect(refusal(text)?.code).toMatch(/^config\.(badValue|badYaml)$/);
  });

  it("that grows out of a few aliases is refused before it fills the memory", () => {
    const bomb = ["a: &a [x, x, x, x, x, x, x, x, x]"];
    for (let level = 0; level < 12; level++)
      bomb.push(
        `k${level}: &b${level} [${Array(9)
          .fill(level === 0 ? "*a" : `*b${level - 1}`)
          .join(", ")}]`,
      );
    expect(refusal(bomb.join("\n"))?.code).toBe("config.badYaml");
  });

  it("that is too large is refused, as a text and as a file; one that is not there too", () => {
    expect(refusal(`${WHOLE}# ${"x".repeat(300_000)}\n`)?.code).toBe("config.tooLarge");
    const folder = mkdtempSync(join(tmpdir(), "arcgate-config-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, "large.yaml");
    writeFileSync(file, "");
    truncateSync(file, 2 ** 30);
    expect(() => readConfig(file)).toThrow(/config\.tooLarge/);
    expect(() => readConfig(join(folder, "none.yaml"))).toThrow(/config\.missing/);
    expect(() => readConfig(folder)).toThrow(/config\.missing/);
  });
});

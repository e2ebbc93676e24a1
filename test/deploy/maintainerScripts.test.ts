/** What the package does when it is removed and purged, in a root that is a folder. */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";

const SCRIPTS = fileURLToPath(new URL("../../scripts/deploy/debian/", import.meta.url));
/** Of Debian's own tools, those that would touch this computer: they only say that they were called. */
const STUBS = ["systemctl", "deb-systemd-helper", "systemd-sysusers", "udevadm", "chown"];

let root: string;
let data: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "arcgate-root-"));
  data = join(root, "var/lib/arcgate");
  mkdirSync(join(data, "releases"), { recursive: true });
  mkdirSync(join(root, "etc/arcgate"), { recursive: true });
  mkdirSync(join(root, "stubs"));
  for (const name of STUBS) {
    writeFileSync(join(root, "stubs", name), `#!/bin/sh\necho ${name} "$@" >> "${root}/called"\n`);
    chmodSync(join(root, "stubs", name), 0o755);
  }
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Gives what it said to people. */
function play(script: string, ...argv: string[]): string {
  const env = { PATH: `${root}/stubs:/usr/bin:/bin`, DPKG_ROOT: root };
  const { status, stderr } = spawnSync("sh", [join(SCRIPTS, script), ...argv], { env, encoding: "utf8" });
  expect(status, stderr).toBe(0);
  return stderr;
}

function fill(): void {
  for (const name of [
    "journal.sqlite",
    "journal.sqlite-wal",
    "journal.sqlite.aside-5",
    "journal.sqlite.reserve",
    "device.key",
    ".hidden",
  ]) {
    writeFileSync(join(data, name), name);
  }
  writeFileSync(join(root, "etc/arcgate/1.key"), "key");
  symlinkSync("/etc/hostname", join(data, "journal.sqlite.link"));
}

it("every script is one that sh understands", () => {
  for (const name of ["postinst", "prerm", "postrm", "raise-clock", "arcgate.sh", "arcgate-install.sh"]) {
    execFileSync("sh", ["-n", join(SCRIPTS, name)]);
  }
});

it("an upgrade stops nobody before the new program is there", () => {
  play("prerm", "upgrade", "0.1.0-2");
  play("postrm", "upgrade", "0.1.0-2");
  expect(existsSync(join(root, "called"))).toBe(false);
});

it("removing keeps all data, and says so", () => {
  fill();
  expect(play("postrm", "remove")).toContain("/var/lib/arcgate");
  expect(readFileSync(join(data, "device.key"), "utf8")).toBe("device.key");
});

it("purging keeps the journal with what was set aside of it, and the chip's keys, and removes the rest; twice over too", () => {
  fill();
  expect(play("postrm", "purge")).toContain("the journal was kept");
  const [kept = "", ...more] = readdirSync(data);
  expect([kept.slice(0, 5), more]).toEqual(["kept-", []]);
  expect(readdirSync(join(data, kept)).sort()).toEqual(["README", "journal.sqlite", "journal.sqlite-wal", "journal.sqlite.aside-5"]);
  expect(readFileSync(join(data, kept, "README"), "utf8")).toMatch(/法定证据[\s\S]*legal evidence/);
  expect(readFileSync(join(root, "etc/arcgate/1.key"), "utf8")).toBe("key");
  play("postrm", "purge");
  expect(readdirSync(data)).toEqual([kept]);
});

it("purging where nothing was ever journalled leaves nothing", () => {
  play("postrm", "purge");
  expect(existsSync(data)).toBe(false);
});

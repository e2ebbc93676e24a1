/** The command as an installer runs it, and a part in the bootloader of its ROM. */
import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { readConfig } from "#agent/shell/system/configFile.ts";
import { meetPart } from "#scripts/install/discover/bootPart.ts";
import { startPart } from "#simulator/chip/silicon/partProcess.ts";
import { onPty } from "#test/chip/onPty.ts";

const pty = onPty();

describe("arcgate-install discover", () => {
  it("finds two chips, writes the configuration, and ends with one line of JSON", async () => {
    const tty = pty.path("tty");
    await pty.started({ tty, addresses: [1, 2] });
    mkdirSync(pty.path("etc"));
    const words = ["--port", tty, "--baud", "115200", "--addresses", "1-2", "--patience", "400", "--write", pty.path("etc")];
    const args = ["scripts/install/main.ts", "discover", ...words, "--broker", "mqtt://127.0.0.1:1883", "--designation", "ZX7-400"];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ["--import", import.meta.resolve("tsx"), ...args]);
    expect(JSON.parse(stdout.trim().split("\n").at(-1) ?? "")).toMatchObject({
      ...{ devices: 2, problems: 0, config: pty.path("etc/arcgate.yaml") },
    });
    expect(stderr).toMatch(/地址 address 1 · 焊闸芯片 arcgate chip · 已绑定 provisioned/);
    expect(readConfig(pty.path("etc/arcgate.yaml")).buses[0]).toMatchObject({ port: tty, machines: [{ address: 1 }, { address: 2 }] });
  });

  it("a part without firmware is told by its ROM, and one that is no part is not", async () => {
    const tty = pty.path("rom");
    const part = await startPart({ tty, silicon: "f030", baud: 115_200, paced: false, flash: pty.path("flash"), serial: "1" });
    pty.atEnd(() => part.close());
    expect(await meetPart(tty, 115_200)).toMatchObject({
      firmware: null,
      readProtected: false,
      uid: expect.stringMatching(/^[0-9a-f]{24}$/),
    });
  });
});

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { phoneOf, platformRequest } from "#simulator/phone/phone.ts";
import { type ControlRequest, callControl } from "#simulator/platform/control.ts";
import { chainedRows, DEVICE } from "#test/platform/device.ts";
import { platformAndDevice, temporaryFolder } from "#test/platform/workbench.ts";

const run = promisify(execFile);

function command(...args: string[]) {
  return run(process.execPath, ["--import", import.meta.resolve("tsx"), "simulator/main.ts", "platform", ...args]);
}

test("the control socket reports, shows events and states, commands, and stops the broker", async () => {
  const dataDir = temporaryFolder();
  const { platform, far } = await platformAndDevice({ dataDir });
  const ask = (request: ControlRequest) => callControl(join(dataDir, "platform.ctl"), request);
  await far.send(chainedRows(6));
  await far.ackUpTo(6);
  await far.sendState({ state: "welding", handle: "ab".repeat(16) });
  await far.ackUpTo(0, "telemetry");

  expect(await ask({ do: "report", device: DEVICE })).toMatchObject({ ok: true, online: true, streams: [{ held: 6, missing: [] }] });
  expect(await ask({ do: "report", device: "370983Z0001000000025" })).toMatchObject({ ok: true, streams: [] });
  const events = await ask({ do: "events", device: DEVICE, lane: "legal", fromSeq: 5, kind: 3108 });
  expect(events).toMatchObject({ ok: true, events: [{ seq: 5, payload: { pressed: false } }, { seq: 6 }] });
  expect(await ask({ do: "events", device: DEVICE, lane: "telemetry" })).toEqual({ ok: true, events: [] });
  expect(await ask({ do: "state" })).toMatchObject({
    ok: true,
    devices: [{ device: DEVICE, state: { state: "welding" }, unregistered: false }],
  });
  const request = platformRequest(DEVICE, phoneOf("certified", dataDir));
  expect(await ask({ ...request, as: "nobody" })).toMatchObject({ ok: false, error: expect.stringContaining("certified") });
  expect(await ask(request)).toMatchObject({ ok: true, id: expect.any(String) });
  expect(await ask({ do: "lock", device: DEVICE })).toMatchObject({ ok: true });
  await far.until(() => far.received.filter((entry) => entry.channel === "command")[1]);

  expect(await ask({ do: "stopBroker" })).toEqual({ ok: true });
  expect(await ask({ do: "report" })).toMatchObject({ ok: true, streams: [{ held: 6 }] });
  expect(await ask({ do: "startBroker" })).toEqual({ ok: true });
  expect(await ask({ do: "quit" })).toEqual({ ok: true });
  await platform.quitAsked;
});

test("what is no request is answered with an error, and an endless line with a closed door", async () => {
  const { platform } = await platformAndDevice();
  const path = platform.controlPath ?? "";
  const strange = { do: "forget" } as unknown as ControlRequest;
  expect(await callControl(path, strange)).toMatchObject({ ok: false });
  const socket = connect(path);
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.on("error", () => undefined);
  socket.write("x".repeat(70_000));
  await closed;
  expect(await callControl(path, { do: "state" })).toEqual({ ok: true, devices: [] });
});

test("`platform report` reads what a running platform holds, as a table and as JSON", async () => {
  const dataDir = temporaryFolder();
  const { far } = await platformAndDevice({ dataDir });
  const rows = chainedRows(9);
  await far.send(rows.slice(0, 4));
  await far.ackUpTo(4);
  await far.send(rows.slice(6));
  await far.until(() => far.acks[1]);
  const [asJson, asTable] = await Promise.all([command("report", "--data", dataDir, "--json"), command("report", "--data", dataDir)]);
  expect(JSON.parse(asJson.stdout)).toMatchObject({ streams: [{ device: DEVICE, held: 4, missing: [[5, 9]], missingCount: 5 }] });
  expect(asTable.stdout).toContain("5: 5–9");
});

test("`platform report --device --day` exits with 1 when the day is not complete", async () => {
  const dataDir = temporaryFolder();
  const { far } = await platformAndDevice({ dataDir });
  await far.send(chainedRows(4));
  await far.ackUpTo(4);
  // The rows are of 2026-05-29 in Shanghai.
  const ask = (...args: string[]) => command("report", "--data", dataDir, "--device", DEVICE, ...args).catch((error: object) => error);
  const answers = await Promise.all([
    ask("--day", "2026-05-29", "--json"),
    ask("--day", "2026-05-28", "--lang", "en"),
    ask("--day", "yesterday"),
  ]);
  expect(answers).toMatchObject([
    { stdout: expect.stringContaining('"verdict":"soFar"') },
    { code: 1, stdout: expect.stringContaining("NOTHING is held") },
    { code: 2, stderr: expect.stringContaining("YYYY-MM-DD") },
  ]);
});

test("the command line explains itself and refuses what it does not know", async () => {
  const folder = temporaryFolder();
  const [help, ...refused] = await Promise.all([
    command("--help"),
    ...[
      ["report", "--data", join(folder, "none")],
      ["--listen", "nowhere"],
      ["--algorithm", "rot13"],
    ].map((args) =>
      command("--data", folder, ...args).then(
        () => ({ code: 0, stderr: "" }),
        (error: { code: number; stderr: string }) => error,
      ),
    ),
  ]);
  expect(help.stdout).toMatch(/^省级平台/);
  expect(help.stdout).toContain("--list-size");
  expect(refused.map(({ code }) => code)).toEqual([2, 2, 2]);
  expect(refused.map(({ stderr }) => stderr)).toEqual([
    expect.stringContaining("no platform store"),
    expect.stringContaining("--listen"),
    expect.stringContaining("--algorithm"),
  ]);
  expect(existsSync(join(folder, "keys.json"))).toBe(false);
});

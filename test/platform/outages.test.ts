import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { callControl } from "#simulator/platform/control.ts";
import { startPlatform } from "#simulator/platform/platform.ts";
import { openForReading, reportStreams } from "#simulator/platform/report.ts";
import { chainedRows, DEVICE, FarDevice } from "#test/platform/device.ts";
import { deviceAt, freePort, platformAndDevice, spawnPlatform, temporaryFolder } from "#test/platform/workbench.ts";

test("nothing that was acknowledged is missing after kill -9, and the device goes on from what is held", async () => {
  const dataDir = temporaryFolder();
  const port = await freePort();
  const rows = chainedRows(20_000);
  let acked = 0;
  for (const killAfter of [1, 2500, 6000]) {
    const child = await spawnPlatform(dataDir, port);
    const far = await FarDevice.connect(`mqtt://127.0.0.1:${port}`);
    far.pour(rows.slice(acked), 20);
    await far.until(() => far.acks.find((ack) => ack.upTo >= acked + killAfter));
    child.kill("SIGKILL");
    await once(child, "exit");
    await far.close();
    acked = Math.max(acked, ...far.acks.map((ack) => ack.upTo));
    const database = openForReading(dataDir);
    const [stream] = reportStreams(database);
    database.close();
    expect(stream?.held).toBeGreaterThanOrEqual(acked);
    expect(stream).toMatchObject({ missingCount: 0, conflicts: 0, chainBreaks: 0, lastSeq: stream?.held });
  }

  const child = await spawnPlatform(dataDir, port);
  const far = await deviceAt(`mqtt://127.0.0.1:${port}`);
  await far.sendState();
  const resumed = await far.until(() => far.acks.find((ack) => ack.lane === "legal"));
  expect(resumed.upTo).toBeGreaterThanOrEqual(acked);
  far.pour(rows.slice(resumed.upTo), 500);
  await far.ackUpTo(rows.length);
  const answer = await callControl(join(dataDir, "platform.ctl"), { do: "report" });
  expect(answer).toMatchObject({
    ok: true,
    streams: [{ held: 20_000, missingCount: 0, conflicts: 0, chainBreaks: 0, head: rows.at(-1)?.hash }],
  });
  await callControl(join(dataDir, "platform.ctl"), { do: "quit" });
  expect(await once(child, "exit")).toEqual([0, null]);
});

test("the embedded broker stops for everybody, starts on the same port, and the platform is back by itself", async () => {
  const { platform, far } = await platformAndDevice();
  const rows = chainedRows(20);
  await far.send(rows.slice(0, 10));
  await far.ackUpTo(10);
  const { hostname, port } = new URL(platform.brokerUrl);
  await platform.stopBroker();
  const [refusal] = await once(connect(Number(port), hostname), "error");
  expect(refusal).toMatchObject({ code: "ECONNREFUSED" });
  await platform.stopBroker();

  const url = platform.brokerUrl;
  await platform.startBroker();
  expect(platform.brokerUrl).toBe(url);
  const back = await deviceAt(url);
  // The platform greets every stream that it knows as soon as it is subscribed again.
  await back.ackUpTo(10);
  await back.send(rows.slice(10));
  await back.ackUpTo(20);
  expect(platform.report().streams[0]).toMatchObject({ held: 20, missingCount: 0 });
});

test("mosquitto serves as well as the embedded broker, and may die in between", async () => {
  const folder = temporaryFolder();
  const port = await freePort();
  const url = `mqtt://127.0.0.1:${port}`;
  const first = await startMosquitto(folder, port);
  const platform = await startPlatform({ dataDir: join(folder, "platform"), brokerUrl: url });
  onTestFinished(() => platform.close());
  const far = await deviceAt(url);
  const rows = chainedRows(400);
  far.pour(rows.slice(0, 200), 50);
  await far.ackUpTo(200);
  await expect(platform.stopBroker()).rejects.toThrow(/not ours/);

  first.kill("SIGKILL");
  await once(first, "exit");
  await startMosquitto(folder, port);
  const back = await deviceAt(url);
  await back.ackUpTo(200);
  back.pour(rows.slice(200), 50);
  await back.ackUpTo(400);
  expect(platform.report(DEVICE).streams).toMatchObject([{ held: 400, missingCount: 0, conflicts: 0, chainBreaks: 0 }]);
});

async function startMosquitto(folder: string, port: number): Promise<ChildProcess> {
  mkdirSync(folder, { recursive: true });
  const config = join(folder, "mosquitto.conf");
  writeFileSync(config, `listener ${port} 127.0.0.1\nallow_anonymous true\nuser root\nmax_queued_messages 10000\n`);
  const child = spawn("mosquitto", ["-c", config], { stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  for (;;) {
    const connected = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(socket.destroy().destroyed));
      socket.once("error", () => resolve(false));
    });
    if (connected) return child;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A platform of its own for each test, in a folder of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";
import type { Platform, PlatformOptions } from "#simulator/platform/contract.ts";
import { startPlatform } from "#simulator/platform/platform.ts";
import { DEVICE, FarDevice } from "#test/platform/device.ts";

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "arcgate-platform-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export async function platformAndDevice(options: Partial<PlatformOptions> = {}): Promise<{ platform: Platform; far: FarDevice }> {
  const platform = await startPlatform({ dataDir: temporaryFolder(), devices: [DEVICE], ...options });
  onTestFinished(() => platform.close());
  return { platform, far: await deviceAt(platform.brokerUrl) };
}

export async function deviceAt(brokerUrl: string, device?: string, chain?: number): Promise<FarDevice> {
  const far = await FarDevice.connect(brokerUrl, device, chain);
  onTestFinished(() => far.close());
  return far;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Starts the platform as a process; resolves when it says that it is ready. */
export async function spawnPlatform(dataDir: string, port: number): Promise<ChildProcess> {
  const args = [
    "--import",
    import.meta.resolve("tsx"),
    "simulator/main.ts",
    "platform",
    "--data",
    dataDir,
    "--listen",
    `127.0.0.1:${port}`,
  ];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes("platform ready")) break;
  }
  child.stdout.resume();
  return child;
}

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach } from "vitest";
import { IDENTITY, LEASE, PAGE, WINDOW } from "#protocol/chip/arcgateChip.ts";
import { decodeBlock } from "#protocol/chip/codec.ts";
import { decodePage, encodeLease, type LeaseOrder } from "#protocol/chip/link.ts";
import { type ChipProcess, startChip } from "#simulator/chip/chipProcess.ts";
import type { MachineTruth } from "#simulator/chip/machine/workplace.ts";
import { DEVELOPMENT_LINK_KEY } from "#simulator/developmentKeys.ts";
import { RawMaster } from "#test/chip/rawMaster.ts";
import { CLOSE } from "#test/chip/rig.ts";

const READ_WORDS = PAGE.words + 10 * WINDOW.words;

/** Chips on real ptys, in a folder of their own; all that a test started ends with it. */
export function onPty() {
  let folder = "";
  const cleanUps: (() => unknown)[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "arcgate-chip-"));
  });
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
    rmSync(folder, { recursive: true });
  });
  return {
    path: (name: string) => join(folder, name),
    atEnd: (cleanUp: () => unknown) => cleanUps.push(cleanUp),
    async started(options: Partial<Parameters<typeof startChip>[0]> = {}, events = {}): Promise<ChipProcess> {
      const chip = await startChip({ tty: join(folder, "tty"), ...options }, events);
      cleanUps.push(() => chip.close());
      return chip;
    },
    /** The real command in a process of its own, ready. */
    async spawned(...args: string[]): Promise<{ child: ChildProcess; firstLine: string }> {
      const tsx = import.meta.resolve("tsx");
      const child = spawn(process.execPath, ["--import", tsx, "simulator/main.ts", "chip", ...args], { stdio: ["ignore", "pipe", "pipe"] });
      cleanUps.push(() => child.kill("SIGKILL"));
      const lines = createInterface({ input: child.stdout });
      const firstLine = await new Promise<string>((resolve, reject) => {
        lines.once("line", resolve);
        child.once("exit", (code) => reject(new Error(`ended with ${code}`)));
      });
      return { child, firstLine };
    },
    async client(tty: string, unit = 1): Promise<RawMaster> {
      const master = await RawMaster.open(tty);
      master.unit = unit;
      cleanUps.push(() => master.close());
      return master;
    },
  };
}

export const ended = (child: ChildProcess) => new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));

/** Sends commands over the control socket and returns the replies. */
export async function controlled(
  path: string,
  ...commands: unknown[]
): Promise<{ ok: boolean; result: MachineTruth; error: { code: string } }[]> {
  const socket = createConnection(path);
  const lines = createInterface({ input: socket });
  socket.write(commands.map((command) => `${typeof command === "string" ? command : JSON.stringify(command)}\n`).join(""));
  const replies = [];
  for await (const line of lines) {
    replies.push(JSON.parse(line));
    if (replies.length === commands.length) break;
  }
  socket.destroy();
  return replies;
}

export async function identity(master: RawMaster) {
  return decodeBlock(IDENTITY, await master.read(IDENTITY.address, IDENTITY.words));
}

/** One FC23: lease written, page read. */
export async function exchange(master: RawMaster, bootNonce: Uint8Array, order: Partial<LeaseOrder>) {
  const secret = { key: DEVELOPMENT_LINK_KEY, bootNonce };
  const answer = await master.writeRead(LEASE.address, encodeLease({ ...CLOSE, ...order }, secret), PAGE.address, READ_WORDS);
  const page = decodePage(answer, 100, secret);
  if (!page) throw new Error("no authentic page");
  return page;
}

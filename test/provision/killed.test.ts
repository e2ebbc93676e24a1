/** The real command, killed as it writes to the chip: the same command goes on. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { OwnPages } from "#simulator/chip/silicon/ownPages.ts";
import { ADDRESS, type BenchChip, benchChip } from "#test/provision/benchChip.ts";
import { judge } from "#test/provision/judge.ts";
import { closeOffice, type Office, openOffice } from "#test/provision/registered.ts";

function started(office: Office, bench: BenchChip): ChildProcess {
  const { port, division, processLetter, maker, installerFile } = bench.order(office);
  const machine = ["--folder", bench.folder, "--port", port, "--address", String(ADDRESS), "--range-amps", "600"];
  const place = [
    "--division",
    division,
    "--process",
    processLetter,
    "--maker",
    maker,
    "--installer",
    installerFile,
    "--registry",
    office.registry,
  ];
  const args = ["--import", import.meta.resolve("tsx"), "scripts/install/main.ts", "provision", ...machine, ...place];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

async function killedAtLine(child: ChildProcess, words: string): Promise<void> {
  if (!child.stderr) throw new Error("no output");
  for await (const line of createInterface({ input: child.stderr })) if (line.includes(words)) child.kill("SIGKILL");
}

async function lastLine(child: ChildProcess): Promise<unknown> {
  let last = "";
  if (child.stdout) for await (const line of createInterface({ input: child.stdout })) last = line;
  return JSON.parse(last);
}

test("kill -9 while the block is written", async () => {
  const folder = mkdtempSync(join(tmpdir(), "arcgate-killed-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const office = await openOffice();
  onTestFinished(() => closeOffice(office));
  const bench = await benchChip(folder);
  onTestFinished(() => bench.part.close());
  await killedAtLine(started(office, bench), "Writing to the chip");
  expect(readFileSync(join(bench.folder, "job.jsonl"), "utf8")).toContain("provision/keys");
  const done = await lastLine(started(office, bench));
  const deviceCode = new OwnPages(bench.part.flash).read()?.provision.deviceCode;
  expect(done).toMatchObject({ deviceCode, certificate: "issued", chip: "provisioned", address: ADDRESS });
  await judge(bench, office);
});

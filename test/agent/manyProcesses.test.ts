import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { startNode } from "#simulator/stage/processes.ts";

it("a stage of more processes than a listener each would be suffered for warns of nothing, and leaves nothing behind", async () => {
  const folder = mkdtempSync(join(tmpdir(), "arcgate-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const warnings: Error[] = [];
  const note = (warning: Error) => warnings.push(warning);
  process.on("warning", note);
  onTestFinished(() => {
    process.removeListener("warning", note);
  });
  const script = join(folder, "waits.mjs");
  writeFileSync(script, "setInterval(() => undefined, 1_000);");
  const before = process.listenerCount("exit");
  const children = Array.from({ length: process.getMaxListeners() + 2 }, (_, index) => startNode(`child-${index}`, script, [], folder));
  // A warning is given on a later turn.
  await new Promise((resolve) => setImmediate(resolve));
  expect(process.listenerCount("exit")).toBe(before + 1);
  await Promise.all(children.map((child) => child.stop()));
  expect([warnings, process.listenerCount("exit")]).toEqual([[], before]);
});

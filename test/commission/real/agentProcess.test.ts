import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { until } from "#simulator/stage/processes.ts";

const MODULE = fileURLToPath(new URL("../../../scripts/install/commission/agentProcess.ts", import.meta.url));

/** Starts a child as the agent is started, says its number, and waits. */
const PARENT = `
  import { spawn } from "node:child_process";
  import { endingWithUs } from ${JSON.stringify(MODULE)};
  const [program, ...argv] = endingWithUs(["sleep", "600"]);
  console.log(spawn(program, argv, { stdio: "ignore" }).pid);
  setInterval(() => undefined, 1_000);
`;

it("an agent does not outlive the tool that started it, however that ends", async () => {
  const argv = ["--import", import.meta.resolve("tsx"), "--input-type=module", "--eval", PARENT];
  const tool = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "inherit"] });
  if (!tool.stdout) throw new TypeError("no output to read");
  const [said] = (await once(createInterface({ input: tool.stdout }), "line")) as [string];
  const agent = `/proc/${said.trim()}`;
  await until("the child runs", () => existsSync(agent), 5_000);
  tool.kill("SIGKILL");
  await until("it has ended", () => !existsSync(agent), 5_000);
  expect(existsSync(agent)).toBe(false);
});

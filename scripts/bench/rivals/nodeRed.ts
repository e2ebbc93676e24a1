/** Node-RED from the registry, in a folder of its own that goes with the bench. */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CannotRun, say } from "#scripts/bench/base/workplace.ts";
import { type FlowOptions, flowOf } from "#scripts/bench/rivals/flow.ts";
import { type Running, startNode, until } from "#simulator/stage/processes.ts";

/** As they work together; newer ones of the Modbus node ask for a library that no registry has. */
const PINNED = { "node-red": "4.1.8", "node-red-contrib-modbus": "5.23.3", "node-red-node-sqlite": "1.1.1" } as const;
/** What builds or fetches its native part at its installation. */
const BUILT = { sqlite3: true, "@serialport/bindings-cpp": true } as const;
const READY_WAIT_MS = 60_000;
const OUTPUT_TAIL = 600;
const STARTED = "Started flows";

/** Node-RED's entry. Throws `CannotRun` when the registry is out of reach or something cannot be built. */
export async function installNodeRed(folder: string): Promise<string> {
  say("安装 Node-RED（数分钟）", `installing Node-RED ${PINNED["node-red"]} from the registry (some minutes: its SQLite is compiled)`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, dependencies: PINNED, allowScripts: BUILT }));
  await npmInstall(folder);
  return join(folder, "node_modules", "node-red", "red.js");
}

function npmInstall(folder: string): Promise<void> {
  const argv = [
    "install",
    "--no-audit",
    "--no-fund",
    "--no-package-lock",
    "--loglevel",
    "error",
    "--fetch-retries",
    "1",
    "--fetch-retry-mintimeout",
    "2000",
  ];
  return new Promise((resolve, reject) => {
    const child = spawn("npm", argv, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const keep = (piece: Buffer) => {
      output = (output + piece.toString()).slice(-OUTPUT_TAIL);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    const fail = (why: string) =>
      reject(new CannotRun(`Node-RED 装不上（需要访问 npm 源） / Node-RED cannot be installed; this bench needs the npm registry\n${why}`));
    child.once("error", (error) => fail(error.message));
    child.once("close", (code) => (code === 0 ? resolve() : fail(output)));
  });
}

export interface NodeRedOptions extends Omit<FlowOptions, "database"> {
  /** `red.js` of the installation. */
  entry: string;
  /** Of flow, table and log; kept over restarts. */
  folder: string;
}

/** A Node-RED that can be killed and started again on what it has kept. Its editor is off, as in production. */
export class NodeRed {
  readonly #entry: string;
  readonly #folder: string;
  readonly #settings: string;
  #running: Running | undefined;
  #starts = 0;

  constructor({ entry, folder, ...flow }: NodeRedOptions) {
    this.#entry = entry;
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "flows.json"), JSON.stringify(flowOf({ ...flow, database: join(folder, "outbox.sqlite") })));
    this.#settings = join(folder, "settings.js");
    const settings = { flowFile: "flows.json", httpAdminRoot: false, httpNodeRoot: false, uiPort: 0, uiHost: "127.0.0.1" };
    const logging = { console: { level: "info", metrics: false, audit: false } };
    writeFileSync(this.#settings, `module.exports = ${JSON.stringify({ ...settings, logging, nodesDir: join(entry, "../..") })};`);
  }

  get pid(): number {
    return this.#running?.pid ?? -1;
  }

  async start(): Promise<void> {
    const argv = ["--userDir", this.#folder, "--settings", this.#settings];
    const running = startNode(`nodeRed-${++this.#starts}`, this.#entry, argv, this.#folder);
    this.#running = running;
    const log = () => readFileSync(running.logPath, "utf8");
    await until("Node-RED's flow", () => log().includes(STARTED), READY_WAIT_MS).catch((cause: unknown) => {
      throw new Error(log().slice(-OUTPUT_TAIL), { cause });
    });
  }

  async kill(): Promise<void> {
    await this.#running?.stop("SIGKILL");
  }
}

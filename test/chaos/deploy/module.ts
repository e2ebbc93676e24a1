/** A module as it is in the field: a clean Debian in a folder, started by its own systemd in a container. As root, where systemd-nspawn is. */
import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { built } from "#scripts/build.ts";
import { until } from "#simulator/stage/processes.ts";

/** The first Debian that has the Node which the package wants. */
const SUITE = "trixie";
const BASE = "systemd,systemd-sysv,udev,dbus,procps";
const BOOT_MS = 60_000;
const HALT_MS = 20_000;
const COMMAND_MS = 300_000;
const run = promisify(execFile);

export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Null where a module can be made here. */
export function whyNoModule(): string | null {
  if (process.getuid?.() !== 0) return "only root can start a container";
  const missing = ["mmdebstrap", "systemd-nspawn", "nsenter", "dpkg-deb"].filter((name) => !isProgram(name));
  return missing.length === 0 ? null : `no ${missing.join(", ")}; on Debian: apt-get install mmdebstrap systemd-container util-linux`;
}

export class Module {
  readonly root: string;
  #container: ChildProcess | null = null;
  #leader = 0;

  private constructor(root: string) {
    this.root = root;
  }

  /** A clean Debian: made by mmdebstrap once, and unpacked anew for each module. */
  static async make(root: string): Promise<Module> {
    const archive = built(`deploy/${SUITE}.tar`);
    if (!existsSync(archive)) {
      mkdirSync(dirname(archive), { recursive: true });
      await run("mmdebstrap", ["--variant=minbase", `--include=${BASE}`, SUITE, `${archive}.new.tar`], { maxBuffer: 1e8 });
      execFileSync("mv", [`${archive}.new.tar`, archive]);
    }
    mkdirSync(root, { recursive: true });
    await run("tar", ["-C", root, "-xf", archive, "--exclude=./dev/*"], { maxBuffer: 1e8 });
    return new Module(root);
  }

  /** `ttys` are given to it under these names. It shares the network. */
  async boot(ttys: Readonly<Record<string, string>>): Promise<void> {
    const log = openSync(`${this.root}.log`, "a");
    const bound = Object.entries(ttys).map(([name, tty]) => `--bind=${tty}:${name}`);
    const argv = [
      "--directory",
      this.root,
      "--boot",
      "--register=no",
      "--keep-unit",
      "--console=pipe",
      "--capability=CAP_SYS_TIME",
      ...bound,
    ];
    const env = { ...process.env, SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: "1" };
    const container = spawn("systemd-nspawn", argv, { stdio: ["ignore", log, log], env });
    closeSync(log);
    this.#container = container;
    process.once("exit", this.#kill);
    this.#leader = await until("the module's first process", () => leaderOf(container.pid ?? 0), BOOT_MS);
    const states = new Set(["running", "degraded"]);
    await until("the module is up", async () => states.has((await this.run("systemctl", ["is-system-running"])).out.trim()), BOOT_MS);
  }

  /** In the module, as root. */
  run(command: string, argv: readonly string[] = []): Promise<Answer> {
    const inside = ["--target", String(this.#leader), "--mount", "--uts", "--ipc", "--pid", "--cgroup", "--root", "--wd=/"];
    const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LANG: "C.UTF-8", DEBIAN_FRONTEND: "noninteractive" };
    return new Promise((resolve) => {
      execFile("nsenter", [...inside, command, ...argv], { env, timeout: COMMAND_MS, maxBuffer: 1e8 }, (error, out, err) => {
        resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : -1, out, err });
      });
    });
  }

  /** Throws with what it said when it fails. */
  async must(command: string, ...argv: string[]): Promise<string> {
    const { code, out, err } = await this.run(command, argv);
    if (code !== 0) throw new Error(`${basename(command)} ${argv.join(" ")}: ${code}\n${out.slice(-2_000)}${err.slice(-2_000)}`);
    return out;
  }

  /** Of a unit, one of systemd's properties. */
  async property(name: string, unit = "arcgate.service"): Promise<string> {
    return (await this.must("systemctl", "show", "--property", name, "--value", unit)).trim();
  }

  /** Ends the container and removes the folder. */
  async destroy(): Promise<void> {
    const container = this.#container;
    if (container && container.exitCode === null) {
      const exited = new Promise((resolve) => container.once("exit", resolve));
      await this.run("systemctl", ["poweroff"]);
      await Promise.race([exited, delay(HALT_MS)]);
      this.#kill();
      await exited;
    }
    process.removeListener("exit", this.#kill);
    rmSync(this.root, { recursive: true, force: true });
  }

  readonly #kill = (): void => {
    if (this.#container?.exitCode === null) this.#container.kill("SIGKILL");
  };
}

/** Its first process, once it is the module's own systemd. */
function leaderOf(pid: number): number | null {
  const path = `/proc/${pid}/task/${pid}/children`;
  const children = existsSync(path) ? readFileSync(path, "utf8").trim().split(" ").filter(Boolean) : [];
  const leader = children.find((child) => existsSync(`/proc/${child}/comm`) && readFileSync(`/proc/${child}/comm`, "utf8") === "systemd\n");
  return leader === undefined ? null : Number(leader);
}

function isProgram(name: string): boolean {
  return `${process.env.PATH ?? ""}:/usr/sbin`.split(":").some((folder) => existsSync(join(folder, name)));
}

/** Disks whose power can be cut, with a real ext4 on them. Both need root. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const DISK_BYTES = 64 * 1024 * 1024;
const PYTHON = "/usr/bin/python3";
const SHUTDOWN = fileURLToPath(new URL("./shutdown.py", import.meta.url));
/** Of 10 ms: foreign programs come up when a starved computer lets them. */
const READY_TRIES = 1_500;

export interface CutDisk {
  /** Where the file system is mounted. */
  readonly folder: string;
  /** The power goes so much later, whatever goes on then. Resolves when that is certain. */
  cutAfter(microseconds: number): Promise<void>;
  /** Whether the power is still on. A flush that is under way when it goes may return as if it had been done: what was acknowledged is what this follows. */
  isOn(): boolean;
  /** After the cut, when nobody has a file open any more: the same disk, with the power back. */
  repower(): Promise<void>;
  remove(): Promise<void>;
}

/** Why there can be no such disk here, or null. */
export function whyNoDisk(): string | null {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "power cuts need root on Linux";
  if (!existsSync("/dev/loop-control")) return "power cuts need loop devices: /dev/loop-control is missing";
  const place = makePlace();
  try {
    run("mount", "-o", "loop", place.image, place.folder);
    run("umount", place.folder);
    return null;
  } catch (error) {
    return `a loop device cannot be mounted: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    rmSync(place.root, { recursive: true, force: true });
  }
}

/** The file system loses its disk: everything that the kernel had not written yet is gone. */
export class ShutdownDisk implements CutDisk {
  readonly #place = makePlace();
  readonly #cutter: ChildProcess;
  readonly #answers: AsyncIterator<string>;
  readonly folder = this.#place.folder;

  constructor() {
    run("mount", "-o", "loop", this.#place.image, this.folder);
    this.#cutter = spawn(PYTHON, [SHUTDOWN, this.folder], { stdio: ["pipe", "pipe", "inherit"] });
    if (!this.#cutter.stdout) throw new Error("the cutter has no output");
    this.#answers = createInterface(this.#cutter.stdout)[Symbol.asyncIterator]();
  }

  async cutAfter(microseconds: number): Promise<void> {
    this.#cutter.stdin?.write(`${microseconds}\n`);
    await this.#answered("ready");
  }

  isOn(): boolean {
    try {
      writeFileSync(join(this.folder, "probe"), "x");
      return true;
    } catch (error) {
      if (error instanceof Error && "code" in error && (error.code === "EIO" || error.code === "EROFS")) return false;
      throw error;
    }
  }

  async repower(): Promise<void> {
    await this.#answered("cut");
    await unmount(this.folder);
    run("mount", "-o", "loop", this.#place.image, this.folder);
  }

  async remove(): Promise<void> {
    this.#cutter.stdin?.end();
    letGo(this.folder);
    rmSync(this.#place.root, { recursive: true, force: true });
  }

  async #answered(wanted: string): Promise<void> {
    const { value } = await this.#answers.next();
    if (value !== wanted) throw new Error(`the cutter said ${value}, not ${wanted}`);
  }
}

/** The disk loses its own cache: what the kernel has written, and nobody has asked it to flush, is gone. */
export class VolatileDisk implements CutDisk {
  readonly #place = makePlace();
  readonly #fuse = join(this.#place.root, "fuse");
  readonly #socket = join(this.#place.root, "nbd.sock");
  readonly folder = this.#place.folder;
  #server: ChildProcess | null = null;
  #client: ChildProcess | null = null;

  static isHere(): boolean {
    return ["/usr/bin/nbdkit", "/usr/bin/nbdfuse", "/dev/fuse"].every((path) => existsSync(path));
  }

  static async made(): Promise<VolatileDisk> {
    const disk = new VolatileDisk();
    mkdirSync(disk.#fuse);
    await disk.#powerUp();
    return disk;
  }

  async cutAfter(microseconds: number): Promise<void> {
    const pid = this.#server?.pid;
    const killer = spawn("sh", ["-c", `echo ready; sleep ${microseconds / 1e6}; kill -9 ${pid}`], { stdio: ["ignore", "pipe", "inherit"] });
    await new Promise((resolve) => killer.stdout.once("data", resolve));
  }

  isOn(): boolean {
    return isRunning(this.#server?.pid);
  }

  async repower(): Promise<void> {
    await ended(this.#server);
    await unmount(this.folder);
    await this.#powerDown();
    await this.#powerUp();
  }

  async remove(): Promise<void> {
    this.#server?.kill("SIGKILL");
    await ended(this.#server);
    letGo(this.folder);
    await this.#powerDown();
    rmSync(this.#place.root, { recursive: true, force: true });
  }

  async #powerUp(): Promise<void> {
    const cached = ["-f", "-U", this.#socket, "--filter=cache", "file", this.#place.image, "cache=writeback"];
    this.#server = spawn("nbdkit", cached, { stdio: "ignore", env: { ...process.env, TMPDIR: this.#place.root } });
    await until(() => existsSync(this.#socket), "nbdkit");
    const file = join(this.#fuse, "disk");
    this.#client = spawn("nbdfuse", [file, "--unix", this.#socket], { stdio: "ignore" });
    await until(() => existsSync(file), "nbdfuse");
    run("mount", "-o", "loop", file, this.folder);
  }

  async #powerDown(): Promise<void> {
    this.#client?.kill("SIGKILL");
    await ended(this.#client);
    letGo(this.#fuse);
    rmSync(this.#socket, { force: true });
  }
}

interface Place {
  root: string;
  image: string;
  folder: string;
}

/** An image with an empty ext4 on it. */
function makePlace(): Place {
  const root = mkdtempSync(join(tmpdir(), "arcgate-powercut-"));
  const place = { root, image: join(root, "disk.img"), folder: join(root, "mounted") };
  mkdirSync(place.folder);
  writeFileSync(place.image, "");
  truncateSync(place.image, DISK_BYTES);
  run("mkfs.ext4", "-q", "-F", place.image);
  return place;
}

function run(program: string, ...options: string[]): void {
  execFileSync(program, options, {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
  });
}

/** Others look at mounted disks too, and hold them for a moment. */
async function unmount(folder: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return run("umount", folder);
    } catch (error) {
      if (tries === READY_TRIES) throw error;
      await sleep(10);
    }
  }
}

/** Whoever failed in the middle of a round has files open, or has not mounted it: what failed is to be told, and not this. */
function letGo(folder: string): void {
  if (readFileSync("/proc/mounts", "utf8").includes(` ${folder} `)) run("umount", "--lazy", folder);
}

async function until(isSo: () => boolean, what: string): Promise<void> {
  for (let tries = 0; !isSo(); tries++) {
    if (tries === READY_TRIES) throw new Error(`${what} does not come up`);
    await sleep(10);
  }
}

/** A killed process stays in the table until its parent looks up, which this one does not while it commits. */
function isRunning(pid: number | undefined): boolean {
  const stat = `/proc/${pid}/stat`;
  return pid !== undefined && existsSync(stat) && !/\) [ZX] /.test(readFileSync(stat, "utf8"));
}

async function ended(child: ChildProcess | null): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  await new Promise((resolve) => child.once("exit", resolve));
}

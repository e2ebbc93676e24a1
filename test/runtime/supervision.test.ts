/** What systemd is told, and that it arrives: by the core's rule, on virtual time, and through a real socket. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, it } from "vitest";
import { initialMachine } from "#agent/core/machine/step.ts";
import { isAlive, statusLine } from "#agent/core/supervision.ts";
import { Supervision } from "#agent/runtime/supervision.ts";
import { openSupervisor } from "#agent/shell/system/supervisor.ts";
import { VirtualTime } from "#test/sync/virtualTime.ts";

const LISTENER = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1].replace("@", "\\0", 1))
print("bound", flush=True)
while True: print(repr(s.recv(4096).decode()), flush=True)
`;

it("an agent lives while on every bus an asking ends, well or not, within 30 s", () => {
  expect(isAlive([], 1e9)).toBe(true);
  expect(isAlive([70_001, 99_000], 100_000)).toBe(true);
  expect(isAlive([70_000, 99_000], 100_000)).toBe(false);
});

it("the status counts machines by what they do, Chinese first", () => {
  expect(statusLine(["locked", "energised", "locked"], false)).toBe(
    "2 已锁定，请扫码 locked, scan to start · 1 已通电，可以焊接 energised, ready to weld · 平台离线 platform off line",
  );
});

/** Two machines on one bus and one on another; what was told, by the second. */
function supervised(patienceMs: number | null) {
  const time = new VirtualTime();
  const told: string[] = [];
  const machine = (device: string) => ({ device, state: initialMachine(), settledMs: 0 });
  const drivers = [machine("a"), machine("b"), machine("c")];
  const platform = { online: false };
  const supervision = new Supervision({
    supervisor: { patienceMs, tell: (words) => void told.push(`${time.nowMs / 1000} ${words.join(" ").replace(/(STATUS)=.*/, "$1")}`) },
    clock: { monoMs: () => time.nowMs },
    after: (delayMs, run) => time.after(delayMs, run),
    buses: [{ machines: [{ device: "a" }, { device: "b" }] }, { machines: [{ device: "c" }] }],
    agent: { drivers },
    platform,
  });
  return { time, told, drivers, platform, supervision };
}

it("five words go out within the supervisor's patience, news with them, and none more when a bus hangs", () => {
  const { time, told, drivers, platform, supervision } = supervised(15_000);
  time.pass(3_000);
  platform.online = true;
  time.pass(3_000);
  expect(told).toEqual(["0 READY=1 STATUS", "3 WATCHDOG=1", "6 WATCHDOG=1 STATUS"]);
  // One machine of the first bus answers no more; the other does, and so the bus lives.
  for (const driver of drivers.slice(1)) driver.settledMs = 60_000;
  time.pass(60_000);
  expect(told.at(-1)).toBe("66 WATCHDOG=1");
  for (const driver of drivers.slice(0, 2)) driver.settledMs = 120_000;
  time.pass(60_000);
  expect(told.at(-1)).toBe("87 WATCHDOG=1");
  supervision.close();
  expect(told.at(-1)).toBe("126 STOPPING=1");
  expect(time.armed).toBe(0);
});

it("one that does not watch hears the news alone", () => {
  const { time, told, platform } = supervised(null);
  time.pass(15_000);
  platform.online = true;
  time.pass(60_000);
  expect(told).toEqual(["0 READY=1 STATUS", "20 STATUS"]);
});

it("nobody is told where nobody listens", () => {
  const log = { warn: () => undefined };
  expect(openSupervisor({}, log)).toBeNull();
  expect(openSupervisor({ NOTIFY_SOCKET: "" }, log)).toBeNull();
  expect(openSupervisor({ NOTIFY_SOCKET: "/x" }, log)?.patienceMs).toBeNull();
  expect(openSupervisor({ NOTIFY_SOCKET: "/x", WATCHDOG_USEC: "15000000" }, log)?.patienceMs).toBe(15_000);
});

it.each(["path", "abstract"])("words arrive at a socket with a name of the kind %s, each lot whole", async (kind) => {
  const folder = mkdtempSync(join(tmpdir(), "arcgate-notify-"));
  const socket = kind === "path" ? join(folder, "notify") : `@${folder}`;
  const listener = spawn("/usr/bin/python3", ["-c", LISTENER, socket], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const lines = createInterface({ input: listener.stdout })[Symbol.asyncIterator]();
    const heard = async () => String((await lines.next()).value);
    expect(await heard()).toBe("bound");
    const warned: object[] = [];
    const supervisor = openSupervisor({ ...process.env, NOTIFY_SOCKET: socket }, { warn: (fields) => void warned.push(fields) });
    supervisor?.tell(["READY=1", "STATUS=1 已锁定 locked"]);
    expect(await heard()).toBe("'READY=1\\nSTATUS=1 已锁定 locked'");
    supervisor?.tell(["WATCHDOG=1"]);
    expect(await heard()).toBe("'WATCHDOG=1'");
    expect(warned).toEqual([]);
  } finally {
    listener.kill();
    rmSync(folder, { recursive: true });
  }
});

it("a supervisor that cannot be reached is said in the log, and stops nothing", async () => {
  const said = new Promise<object>((resolve) => {
    openSupervisor({ NOTIFY_SOCKET: "/x", PATH: "/nowhere" }, { warn: resolve })?.tell(["READY=1"]);
  });
  expect(await said).toMatchObject({ detail: expect.stringContaining("perl") });
});

/** What a process has used so far, as Linux accounts for it. */
import { readFileSync } from "node:fs";

/** USER_HZ: fixed in the kernel's interface. */
const TICK_MS = 10;
/** utime and stime, counted from behind the command's closing parenthesis. */
const USER_FIELD = 11;
const SYSTEM_FIELD = 12;

/** Bytes that the process made the kernel write to a disk: every page as often as it was written between two syncs. */
export function diskBytes(pid: number): number {
  return numberAfter(`/proc/${pid}/io`, "write_bytes:");
}

export function cpuMs(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[USER_FIELD]) + Number(fields[SYSTEM_FIELD])) * TICK_MS;
}

export function rssMb(pid: number): number {
  return numberAfter(`/proc/${pid}/status`, "VmRSS:") / 1024;
}

/** The most that it ever had. */
export function rssPeakMb(pid: number): number {
  return numberAfter(`/proc/${pid}/status`, "VmHWM:") / 1024;
}

function numberAfter(path: string, label: string): number {
  const line = readFileSync(path, "utf8")
    .split("\n")
    .find((candidate) => candidate.startsWith(label));
  const value = Number.parseInt(line?.slice(label.length) ?? "", 10);
  if (Number.isNaN(value)) throw new Error(`${path} has no ${label}`);
  return value;
}

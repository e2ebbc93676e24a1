/**
 * The tests let independent judges speak: a foreign broker, a Modbus client and server, QR readers, renderers of PDF and SVG, openssl. This makes sure that they are there:
 * as root on Debian it installs what is missing, elsewhere it says what to install and fails.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";

interface Judge {
  name: string;
  debianPackages: readonly string[];
  isThere: () => boolean;
}

const JUDGES: readonly Judge[] = [
  { name: "mosquitto", debianPackages: ["mosquitto"], isThere: () => isProgram("mosquitto") },
  { name: "mosquitto_pub", debianPackages: ["mosquitto-clients"], isThere: () => isProgram("mosquitto_pub") },
  { name: "mbpoll", debianPackages: ["mbpoll"], isThere: () => isProgram("mbpoll") },
  { name: "zbarimg", debianPackages: ["zbar-tools"], isThere: () => isProgram("zbarimg") },
  { name: "ZXingReader", debianPackages: ["zxing-cpp-tools"], isThere: () => isProgram("ZXingReader") },
  { name: "pdftoppm", debianPackages: ["poppler-utils"], isThere: () => isProgram("pdftoppm") },
  { name: "rsvg-convert", debianPackages: ["librsvg2-bin"], isThere: () => isProgram("rsvg-convert") },
  { name: "stm32flash", debianPackages: ["stm32flash"], isThere: () => isProgram("stm32flash") },
  { name: "openssl", debianPackages: ["openssl"], isThere: () => isProgram("openssl") },
  {
    name: "/usr/bin/python3 with pymodbus and serial",
    debianPackages: ["python3", "python3-pymodbus", "python3-serial", "python3-serial-asyncio"],
    isThere: () => spawnSync("/usr/bin/python3", ["-c", "import pymodbus, serial, serial_asyncio"], { stdio: "ignore" }).status === 0,
  },
  { name: "strace", debianPackages: ["strace"], isThere: () => isProgram("strace") },
  // Only root can cut a disk's power.
  {
    name: "nbdkit and nbdfuse",
    debianPackages: ["nbdkit", "libnbd-bin"],
    isThere: () => process.getuid?.() !== 0 || (isProgram("nbdkit") && isProgram("nbdfuse")),
  },
];

const missing = JUDGES.filter((judge) => !judge.isThere());
if (missing.length > 0) {
  const packages = missing.flatMap((judge) => judge.debianPackages);
  console.log(`missing: ${missing.map((judge) => judge.name).join(", ")}`);
  if (process.getuid?.() === 0 && isProgram("apt-get")) install(packages);
  const still = JUDGES.filter((judge) => !judge.isThere());
  if (still.length > 0) {
    console.error(`Not there: ${still.map((judge) => judge.name).join(", ")}. On Debian, as root:`);
    console.error(
      `  apt-get update && apt-get install --no-install-recommends ${still.flatMap((judge) => judge.debianPackages).join(" ")}`,
    );
    process.exitCode = 1;
  }
}

/** Debian has no `which` in its smallest form, but every shell knows where its commands are. */
function isProgram(name: string): boolean {
  const path = `${process.env.PATH ?? ""}:/usr/sbin:/usr/local/sbin`;
  return path.split(":").some((folder) => folder !== "" && existsSync(`${folder}/${name}`));
}

function install(packages: readonly string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  try {
    withoutStartingServices(() => {
      execFileSync("apt-get", ["update"], { env, stdio: "inherit" });
      execFileSync("apt-get", ["install", "-y", "--no-install-recommends", ...packages], { env, stdio: "inherit" });
    });
  } catch (error) {
    console.error(`apt-get failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Installing mosquitto would start it as a service; Debian asks this file first. One that is there already is left alone. */
function withoutStartingServices(work: () => void): void {
  const policy = "/usr/sbin/policy-rc.d";
  const isOurs = !existsSync(policy);
  if (isOurs) writeFileSync(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    work();
  } finally {
    if (isOurs) rmSync(policy);
  }
}

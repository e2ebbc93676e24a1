/** Looks at everything that the agent needs, one thing a line, and says what to do. */
import { mkdirSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { checkBusBudget } from "#agent/core/busBudget.ts";
import { probeBroker } from "#agent/shell/mqtt/brokerProbe.ts";
import { openBus } from "#agent/shell/serial/openBus.ts";
import { probeScanner } from "#agent/shell/serial/scanner.ts";
import { refusedByCode } from "#agent/shell/store/deadLetterFile.ts";
import { FileStores } from "#agent/shell/store/fileStores.ts";
import { readConfig } from "#agent/shell/system/configFile.ts";
import type { BusSettings, Config, ScannerSettings } from "#agent/shell/system/configSchema.ts";
import { readTrustJson } from "#agent/shell/system/installedTrust.ts";
import { budgetMachine, busConfig, lineSettings, machineSetup } from "#agent/shell/system/machineSettings.ts";
import { BUILD_MS } from "#agent/version.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { ERRORS, type ErrorCode } from "#protocol/errors/registry.ts";
import { cryptoSelfTest } from "#protocol/trust/selfTest.ts";
import { readTrustFile } from "#protocol/trust/trustFile.ts";

interface Finding {
  ok: boolean;
  what: string;
  detail: string;
  remedy: string;
}

const DISK_FREE_MIN_BYTES = 64 * 2 ** 20;

/** 0 when all is well, 1 when something is not. The agent may run meanwhile: then its ports are said to be in use. */
export async function doctor({ config: file }: { config: string }): Promise<number> {
  const config = readConfig(file);
  const findings = [
    await check("密码算法 crypto", checkCrypto),
    await check("时钟 clock", checkClock),
    await check("磁盘 disk", () => checkDisk(config.data)),
    await check("名单 list", () => checkList(config)),
    await check("拒收 refused", () => checkRefused(config.data)),
    await check("平台 broker", () => probeBroker(config.broker.url, config.broker.tls)),
    ...(await Promise.all(config.buses.map((bus) => checkBus(bus)))).flat(),
    ...(await Promise.all(
      config.buses.flatMap(scannersOf).map((scanner) => check(`扫码器 scanner ${scanner.port}`, () => checkScanner(scanner))),
    )),
  ];
  for (const { ok, what, detail, remedy } of findings) {
    console.log(`${ok ? "✓" : "✗"} ${what}: ${detail}${remedy ? `\n    → ${remedy}` : ""}`);
  }
  return findings.every((finding) => finding.ok) ? 0 : 1;
}

async function check(what: string, look: () => Promise<string> | string): Promise<Finding> {
  try {
    return { ok: true, what, detail: await look(), remedy: "" };
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return { ok: false, what, detail: `${ERRORS[error.code].zh}（${error.message}）`, remedy: remedyOf(error.code) };
  }
}

function remedyOf(code: ErrorCode): string {
  return `${ERRORS[code].remedyZh} / ${ERRORS[code].remedyEn}`;
}

function checkCrypto(): string {
  cryptoSelfTest();
  return "SM2 SM3 Ed25519 SHA-256 HMAC";
}

/** The system's clock decides nothing, but TLS uses it. */
function checkClock(): string {
  if (Date.now() < BUILD_MS) throw new CodedError("config.clockBehind", new Date().toISOString());
  return new Date().toISOString();
}

function checkDisk(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (free < DISK_FREE_MIN_BYTES) throw new CodedError("config.diskFull", `${folder}: ${Math.floor(free / 2 ** 20)} MB`);
  return `${folder}: ${Math.floor(free / 2 ** 20)} MB free`;
}

function checkList(config: Config): string {
  const stores = new FileStores({ folder: config.data, installed: readTrustFile(readTrustJson(config.trust.file)), device: "" });
  try {
    const [fault] = stores.faults;
    if (fault) throw fault;
    const list = stores.lists.current;
    if (!list) throw new CodedError("licence.noList");
    return `v${list.version}+${list.overlayVersion}, ${list.entries}`;
  } finally {
    stores.close();
  }
}

/** Not lost, but not taken: somebody has to look why. */
function checkRefused(folder: string): string {
  const refused = refusedByCode(join(folder, "journal.sqlite"));
  if (refused.length > 0) throw new CodedError("sync.recordsRefused", refused.map(({ code, count }) => `${code} ${count}`).join(", "));
  return "0";
}

async function checkBus(settings: BusSettings): Promise<Finding[]> {
  const what = `总线 bus ${settings.port}`;
  const budget = await check(what, () => checkBudget(settings));
  if (!budget.ok) return [budget];
  const bus = openBus(busConfig(settings), { monoMs: () => performance.now() });
  try {
    const findings = [budget];
    for (const [index, link] of bus.machines.entries()) {
      const machine = settings.machines[index];
      if (!machine) continue;
      findings.push(
        await check(`焊机 machine ${link.device}`, async () => {
          const { firmware, uid, status } = await link.adopt(machineSetup(machine).meter);
          return `chip ${uid}, firmware ${firmware}, ${status.voltageVolts.toFixed(1)} V ${status.currentAmps.toFixed(1)} A, ${status.mirrorClosed ? "closed" : "open"}`;
        }),
      );
    }
    return findings;
  } finally {
    await bus.close();
  }
}

/** What a configuration asks of a line and of its relays before anybody is spoken to. */
function checkBudget(settings: BusSettings): string {
  const budget = checkBusBudget(lineSettings(settings), settings.machines.map(budgetMachine));
  if (!budget.ok) throw new CodedError(budget.code, budget.detail);
  return `${settings.baudRate} baud, ${settings.machines.length} machines, ${Math.round(budget.figures.share * 100)} % busy`;
}

function scannersOf({ machines }: BusSettings): ScannerSettings[] {
  return machines.flatMap(({ scanner }) => (scanner ? [scanner] : []));
}

async function checkScanner(settings: ScannerSettings): Promise<string> {
  await probeScanner(settings, { monoMs: () => performance.now() });
  if (settings.model === "plain") return "plain: the port opens; whether a scanner is there only a scan can tell";
  return `${settings.model} answers`;
}

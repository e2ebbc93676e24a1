/** The steps of an installation, as the tool's own commands do them. */
import { join, resolve } from "node:path";
import { parseDesignation } from "#protocol/codes/gbt10249.ts";
import { defaultAgent } from "#scripts/install/commission/agentProcess.ts";
import { commission } from "#scripts/install/commission/commission.ts";
import { FAULTS, type FaultId } from "#scripts/install/commission/core/faults.ts";
import { writeConfig } from "#scripts/install/discover/writeConfig.ts";
import type { Firmware } from "#scripts/install/flash/firmwareFile.ts";
import { flashChip } from "#scripts/install/flash/flashChip.ts";
import { PHASE_WORDS } from "#scripts/install/flash/progressLines.ts";
import { makeLabel } from "#scripts/install/label/makeLabel.ts";
import type { FlashedChip, InstallSteps } from "#scripts/install/machine/installMachine.ts";
import { machineFile } from "#scripts/install/machine/machineFolder.ts";
import type { MachineOrder } from "#scripts/install/machine/order.ts";
import type { Settings } from "#scripts/install/machine/settings.ts";
import type { Teller } from "#scripts/install/machine/teller.ts";
import { moduleFolder, shareModuleKey } from "#scripts/install/module/moduleFolder.ts";
import type { Provisioned } from "#scripts/install/provision/order.ts";
import { provision } from "#scripts/install/provision/provision.ts";

/** After a hand has done what it was asked. */
const HAND_PATIENCE_MS = 3_000;
const AGENT = defaultAgent();

export function realSteps(settings: Settings, firmware: Firmware, signal: AbortSignal): InstallSteps<Provisioned> {
  const { installerFile, registry } = settings;
  return {
    flash: (order, teller) => flash(order, firmware, teller),
    provision: async ({ module, port, baudRate, address, division, maker, deviceCode, designation, ...ranges }, job, teller) => {
      if (module !== undefined) shareModuleKey(settings.out, module, job.folder);
      const { sensorRangeAmps, sensorRangeVolts } = ranges;
      const line = { port, baudRate, parity: "none" } as const;
      const code = { division, maker, deviceCode, processLetter: parseDesignation(designation).processLetter };
      return await provision({ ...line, ...code, address, sensorRangeAmps, sensorRangeVolts, registry, installerFile }, job, teller);
    },
    configure: (order, provisioned, job) => configure(order, provisioned, job.folder, settings),
    label: ({ hotline, maker, designation }, { deviceCode, uid }, job) =>
      makeLabel({ deviceCode, uid, hotline, maker, designation, platformHost: settings.platformHost }, job.folder),
    commission: async ({ module }, { deviceCode: device }, job, teller) => {
      const hands = { patienceMs: HAND_PATIENCE_MS, haste: 1, signal };
      const folder = module === undefined ? job.folder : moduleFolder(settings.out, module);
      const order = { folder, device, agent: AGENT, registry, dry: settings.isDry, installerFile, ...hands };
      const { outcome, items } = await commission(order, job, teller);
      return { passed: outcome === "passed", faults: items.flatMap(({ item, fault }) => (fault === null ? [] : wordsOf(item, fault))) };
    },
  };
}

async function flash({ port, baudRate: baud, bootParity: parity }: MachineOrder, firmware: Firmware, teller: Teller): Promise<FlashedChip> {
  const flashed = await flashChip({
    ...{ port, baud, parity, firmware, eraseProtected: false },
    progress: ({ phase, done, total }) => teller.tell({ step: "flash", ...PHASE_WORDS[phase], part: total === 0 ? 0 : done / total }),
  });
  const { uid, version, seconds } = flashed;
  return { uid, version, bytes: firmware.bytes.length, seconds };
}

/** Written anew in every run: what was left off line may be registered by now. */
function configure(
  order: MachineOrder,
  { deviceCode, address, certificate, brokerUrl }: Provisioned,
  folder: string,
  settings: Settings,
): void {
  const { port, baudRate, designation, pagePort } = order;
  const file = (name: Parameters<typeof machineFile>[1]) => resolve(machineFile(folder, name));
  const own = certificate === "issued" ? { certFile: file("certificate"), keyFile: file("ownKey") } : {};
  const facts = {
    bus: { port: resolve(port), baudRate, parity: "none", stopBits: 1 },
    machines: [{ device: deviceCode, address, designation, linkKeyFile: file("linkKey") }],
    broker: { url: brokerUrl ?? `mqtts://${settings.platformHost}:8883`, tls: { caFile: file("ca"), ...own } },
    dataFolder: resolve(join(folder, "data")),
    page: { host: "127.0.0.1", port: pagePort },
  } as const;
  writeConfig(facts, folder);
}

function wordsOf(item: string, fault: string): string {
  const words = FAULTS[fault as FaultId];
  return words ? `${words.zh} ${words.en}` : `${item}: ${fault}`;
}

/** What every machine of a run has in common: the options that `machine` and `batch` share. */
import { existsSync } from "node:fs";
import { CodedError } from "#protocol/errors/codedError.ts";

export const SHARED_OPTIONS = {
  firmware: { type: "string" },
  trust: { type: "string" },
  installer: { type: "string" },
  registry: { type: "string" },
  platform: { type: "string", default: "weld.example.org" },
  out: { type: "string", default: "machines" },
  jig: { type: "string" },
  dry: { type: "boolean", default: false },
  help: { type: "boolean", short: "h" },
} as const;

export const SHARED_HELP = `  --firmware FILE     签名的芯片固件包 signed release of the chip's firmware
  --trust FILE        平台信任文件 the platform's trust file
  --installer FILE    安装人员文件（平台签发） the installer's file, from the platform
  --registry URL      平台登记服务；不填则离线安装，凭据以后补登 the platform's registry; without it the installation is made off line, and registered later
  --platform HOST     二维码中的平台域名 the platform's name in the QR (weld.example.org)
  --out DIR           每台焊机一个文件夹 a folder for each machine (machines)
  --jig SOCKET        由工装代替人手操作 a jig's hands in the place of a person's
  --dry               不起弧自检（报告中注明） commissioning without an arc, which the report says`;

export interface SharedValues {
  firmware?: string | undefined;
  trust?: string | undefined;
  installer?: string | undefined;
  registry?: string | undefined;
  platform: string;
  out: string;
  jig?: string | undefined;
  dry: boolean;
}

export interface Settings {
  firmwareFile: string;
  trustFile: string;
  installerFile: string;
  /** Null: off line. */
  registry: string | null;
  platformHost: string;
  out: string;
  jig: string | null;
  isDry: boolean;
}

/** Throws `install.badOption`. */
export function settingsOf({ firmware, trust, installer, registry, platform, out, jig, dry }: SharedValues): Settings {
  const files = { firmware, trust, installer };
  for (const [name, file] of Object.entries(files)) {
    if (file === undefined) throw new CodedError("install.badOption", `--${name} is needed`);
    if (!existsSync(file)) throw new CodedError("install.badOption", `--${name} ${file}: not there`);
  }
  if (registry !== undefined && !URL.canParse(registry)) throw new CodedError("install.badOption", `--registry ${registry}`);
  return {
    ...{ firmwareFile: firmware ?? "", trustFile: trust ?? "", installerFile: installer ?? "" },
    ...{ registry: registry ?? null, platformHost: platform, out, jig: jig ?? null, isDry: dry },
  };
}

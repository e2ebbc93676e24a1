import { readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { FORMAT } from "#agent/shell/store/journalSchema.ts";
import { KeysetStore } from "#agent/shell/store/keysetStore.ts";
import { readConfig } from "#agent/shell/system/configFile.ts";
import type { Config } from "#agent/shell/system/configSchema.ts";
import { readTrustJson } from "#agent/shell/system/installedTrust.ts";
import { releasesFolder } from "#agent/shell/system/releasePointer.ts";
import { Releases } from "#agent/shell/system/releases.ts";
import { VERSION } from "#agent/version.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { RELEASE_MAX_BYTES } from "#protocol/release/releaseFile.ts";
import { readTrustFile } from "#protocol/trust/trustFile.ts";

/** Stages a release; the running agent finds it by itself. Without a file it says what runs and what is staged. */
export function update({ config: path, file }: { config: string; file: string | undefined }): Promise<number> {
  const config = readConfig(path);
  const releases = openReleases(config);
  if (file !== undefined) {
    const version = releases.stage(readRelease(file));
    console.log(`已就绪，焊接间隙自动切换：${version}\n${version} is staged; it takes over when no arc burns`);
  }
  console.log(stateOf(releases));
  return Promise.resolve(0);
}

function openReleases({ data, trust }: Config): Releases {
  const keys = new KeysetStore({ path: join(data, "keyset.json"), installed: readTrustFile(readTrustJson(trust.file)) });
  return new Releases({ folder: releasesFolder(resolve(data)), version: VERSION, journalFormat: FORMAT, trust: keys.trust });
}

function readRelease(file: string): Uint8Array {
  try {
    const { size } = statSync(file);
    if (size > RELEASE_MAX_BYTES) throw new CodedError("update.tooLarge", `${size} bytes`);
    return readFileSync(file);
  } catch (cause) {
    if (cause instanceof CodedError) throw cause;
    throw new CodedError("update.missing", file, { cause });
  }
}

function stateOf({ pointer, candidate }: Releases): string {
  const trial = pointer.at === "onProbation" ? `，试运行第 ${pointer.attempts} 次 on probation, start ${pointer.attempts}` : "";
  const lines = [
    `现用 runs: ${pointer.running ?? "安装版本 as installed"}${trial}`,
    `待切换 staged: ${candidate === null ? "无 none" : `${candidate}，等待无人焊接 waits until nobody welds (arcgate status)`}`,
  ];
  if (pointer.failed) lines.push(`升级失败 failed: ${pointer.failed.version} (${pointer.failed.code})`);
  return lines.join("\n");
}

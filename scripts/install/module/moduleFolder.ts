/** What a module has that serves several machines: a folder beside theirs, which becomes its /etc/arcgate, and one key for all of them. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "#protocol/errors/codedError.ts";
import { machineFile } from "#scripts/install/machine/machineFolder.ts";
import { fileText, keepFile } from "#scripts/install/provision/files.ts";
import { openModuleKey } from "#scripts/install/provision/moduleKey.ts";

export function moduleFolderName(module: string): string {
  return `${module}.module`;
}

export function moduleFolder(out: string, module: string): string {
  return join(out, moduleFolderName(module));
}

/** Puts the module's key into a machine's folder, before a request is made with it. Throws `install.otherModule`. */
export function shareModuleKey(out: string, module: string, folder: string): void {
  const shared = moduleFolder(out, module);
  mkdirSync(shared, { recursive: true, mode: 0o700 });
  openModuleKey(shared);
  const key = fileText(machineFile(shared, "ownKey")) ?? "";
  const own = fileText(machineFile(folder, "ownKey"));
  if (own === undefined) keepFile(machineFile(folder, "ownKey"), key);
  else if (own !== key) throw new CodedError("install.otherModule", `${folder}: not of ${module}`);
}

/** Our side of the list's bench, as a process: the store of the agent, with all that it checks. */
import { copyFileSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { activeListPath } from "#agent/shell/store/listFile.ts";
import { ListStore } from "#agent/shell/store/listStore.ts";
import { createTrustStore } from "#protocol/crypto.ts";
import { type ListOrder, type ListTask, rssMbNow, serve, timed, timeLookUps } from "#scripts/bench/list/tasks.ts";

const task = JSON.parse(process.argv[2] ?? "") as ListTask;
const publicKeySpki = Buffer.from(task.keyHex, "hex");
const trust = createTrustStore([{ id: task.keyId, algorithm: "ed25519", publicKeySpki, purposes: ["list"] }]);
const handles = JSON.parse(readFileSync(task.handles, "utf8")) as string[];
let store: ListStore | undefined;

serve(async (order: ListOrder) => {
  switch (order.do) {
    case "import":
      return takeOver();
    case "load": {
      const before = rssMbNow();
      const { ms, result } = timed(() => new ListStore({ folder: task.folder, trust }));
      store = result;
      return { loadMs: ms, rssAddedMb: rssMbNow() - before };
    }
    case "lookUp":
      return timeLookUps(handles, (handle) => store?.current?.lookUp(handle) !== undefined);
    case "apply": {
      const candidate = copied(task.overlay, "overlay.part");
      return { applyMs: timed(() => store?.activateOverlay(candidate)).ms };
    }
  }
});

/** Every page checked, and one rename. */
async function takeOver(): Promise<object> {
  const candidate = copied(task.base, "base.part");
  const fresh = new ListStore({ folder: task.folder, trust });
  const startedMs = performance.now();
  await fresh.activateBase(candidate);
  const importMs = performance.now() - startedMs;
  fresh.close();
  return { importMs, fileBytes: statSync(activeListPath(task.folder)).size };
}

function copied(file: string, name: string): string {
  const candidate = join(task.folder, name);
  copyFileSync(file, candidate);
  return candidate;
}

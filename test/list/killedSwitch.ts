/** Run as a process: takes `candidate` over in `folder`, and is killed before the disk's nth operation. */
import { type Disk, REAL_DISK } from "#agent/shell/store/fileSwitch.ts";
import { ListStore } from "#agent/shell/store/listStore.ts";
import { testTrust } from "#test/list/fixtures.ts";

const [kind = "", folder = "", candidate = "", last = ""] = process.argv.slice(2);

/** Operations up to the last one that is let through. */
function mortal(disk: Disk, allowed: number): Disk {
  let done = 0;
  const orDie = (operation: () => void) => {
    if (done++ >= allowed) process.kill(process.pid, "SIGKILL");
    operation();
  };
  return {
    sync: (path) => orDie(() => disk.sync(path)),
    rename: (from, to) => orDie(() => disk.rename(from, to)),
    remove: (path) => orDie(() => disk.remove(path)),
  };
}

const store = new ListStore({ folder, trust: testTrust(), disk: mortal(REAL_DISK, Number(last)) });
if (kind === "base") await store.activateBase(candidate);
else store.activateOverlay(candidate);

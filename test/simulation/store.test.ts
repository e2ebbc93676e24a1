import { describeJournal } from "#test/journal/contract.ts";
import { ModelDisk } from "#test/simulation/disk.ts";
import { openModelJournal } from "#test/simulation/modelJournal.ts";

describeJournal("the simulation's model disk", () => {
  const disk = new ModelDisk();
  return { open: (options) => openModelJournal(disk, options), destroy: () => undefined };
});

/** A process that commits until it is killed, and says each commit only when it has returned. `committer.ts FILE GROUP` */
import { writeSync } from "node:fs";
import { openJournal } from "#agent/shell/store/journal.ts";
import { events, LEGAL, MACHINE } from "#test/journal/fixtures.ts";

const [path = "", group = "1"] = process.argv.slice(2);
const size = Number(group);
const journal = openJournal({ path, initialEpoch: 100 });
for (;;) {
  const { lastSeq } = journal.stream(LEGAL);
  journal.commit({ events: events(size, lastSeq), checkpoints: [{ device: MACHINE, state: { lastSeq: lastSeq + size } }] });
  writeSync(1, `${journal.stream(LEGAL).lastSeq}\n`);
}

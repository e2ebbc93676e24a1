/** A process that makes each commit until it is done, and says how each went. `stubbornCommitter.ts FILE COMMITS` */
import { writeSync } from "node:fs";
import { openJournal } from "#agent/shell/store/journal.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { arcEvent } from "#test/journal/fixtures.ts";

const TRIES_MAX = 3;
const [path = "", commits = "1"] = process.argv.slice(2);
let hasGivenUp = false;
const failed = () => {
  hasGivenUp = true;
};
const journal = openJournal({ path, initialEpoch: 1, failed });

for (let index = 0; index < Number(commits) && !hasGivenUp; index++) {
  for (let tries = 0; tries < TRIES_MAX && !hasGivenUp && !isDone(index); tries++);
}
writeSync(1, hasGivenUp ? "gave up\n" : "all done\n");
journal.close();

function isDone(index: number): boolean {
  try {
    journal.commit({ events: [arcEvent(index)], checkpoints: [] });
    writeSync(1, `done ${index}\n`);
    return true;
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    writeSync(1, `failed ${index} ${error.code}\n`);
    return false;
  }
}

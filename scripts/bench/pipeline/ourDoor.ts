/** Our door: the agent's journal, outbox and uplink, and the platform as a process of its own. */
import { join } from "node:path";
import { openJournal } from "#agent/shell/store/journal.ts";
import { arcEvent, type EventDoor } from "#scripts/bench/pipeline/door.ts";
import { openOutbox, startOurPlatform } from "#scripts/bench/pipeline/ourOutbox.ts";
import { stageDevice } from "#simulator/stage/stage.ts";

export async function openOurDoor(folder: string): Promise<EventDoor> {
  const device = stageDevice("ZX7-400", 0);
  const platform = await startOurPlatform(folder, device);
  const journal = openJournal({ path: join(folder, "journal.sqlite"), initialEpoch: 1 });
  const stream = { device, lane: "legal" } as const;
  let wireBytes = 0;
  const acknowledge = journal.acknowledge.bind(journal);
  journal.acknowledge = (...told) => {
    acknowledge(...told);
    door.whenAcked();
  };
  const published = (bytes: number) => {
    wireBytes += bytes;
  };
  const driver = openOutbox({ device, platform, journal, published });
  driver.start();
  const door: EventDoor = {
    commit: (count) => {
      const first = journal.stream(stream).lastSeq + 1;
      journal.commit({ events: Array.from({ length: count }, (_, index) => arcEvent(device, first + index)), checkpoints: [] });
      driver.appended(stream);
    },
    get lastSeq() {
      return journal.stream(stream).lastSeq;
    },
    get ackedSeq() {
      return journal.stream(stream).ackedSeq;
    },
    get wireBytes() {
      return wireBytes;
    },
    whenAcked: () => undefined,
    close: async () => {
      await driver.close();
      journal.close();
      await platform.process.stop();
    },
  };
  return door;
}

/** The floor's door: a bare SQLite insert, a bare publish of 100 events as JSON, at most 100 batches on their way. */
import { Socket } from "node:net";
import { join } from "node:path";
import Database from "better-sqlite3";
import mqtt from "mqtt";
import { DICTIONARY } from "#protocol/events/dictionary.ts";
import { buildProgram, startProgram } from "#scripts/bench/base/programs.ts";
import { arcPayload, type EventDoor, eventMs } from "#scripts/bench/pipeline/door.ts";

const WINDOW_BATCHES = 100;
const BATCH_EVENTS = 100;

interface RawEvent {
  seq: number;
  kind: number;
  ms: number;
  payload: object;
}

export async function openFloorDoor(folder: string): Promise<EventDoor> {
  const file = await buildProgram("platformFloor");
  const platform = await startProgram<{ url: string }>(file, { database: join(folder, "floorPlatform.sqlite") });
  const database = openDatabase(join(folder, "floor.sqlite"));
  const insert = database.prepare("INSERT INTO event VALUES (?, ?, ?, ?)");
  const insertAll = database.transaction((events: readonly RawEvent[]) => {
    for (const { seq, kind, ms, payload } of events) insert.run(seq, kind, ms, JSON.stringify(payload));
  }).immediate;
  const client = await mqtt.connectAsync(platform.ready.url, { protocolVersion: 4 });
  if (client.stream instanceof Socket) client.stream.setNoDelay(true);
  await client.subscribeAsync("down/bench", { qos: 1 });
  let lastSeq = 0;
  let sentSeq = 0;
  let ackedSeq = 0;
  let wireBytes = 0;
  const unsent: RawEvent[] = [];
  const send = () => {
    while (unsent.length > 0 && sentSeq - ackedSeq < WINDOW_BATCHES * BATCH_EVENTS) {
      const events = unsent.splice(0, BATCH_EVENTS);
      const text = JSON.stringify({ events });
      sentSeq = events.at(-1)?.seq ?? sentSeq;
      wireBytes += text.length;
      client.publish("up/bench", text, { qos: 1 });
    }
  };
  client.on("message", (_topic, payload) => {
    ackedSeq = Math.max(ackedSeq, (JSON.parse(payload.toString()) as { upTo: number }).upTo);
    send();
    door.whenAcked();
  });
  const door: EventDoor = {
    commit: (count) => {
      const events = Array.from({ length: count }, (_, index) => {
        const seq = lastSeq + index + 1;
        return { seq, kind: DICTIONARY.arc.kind, ms: eventMs(seq), payload: arcPayload(seq) };
      });
      insertAll(events);
      lastSeq += count;
      unsent.push(...events);
      send();
    },
    get lastSeq() {
      return lastSeq;
    },
    get ackedSeq() {
      return ackedSeq;
    },
    get wireBytes() {
      return wireBytes;
    },
    whenAcked: () => undefined,
    close: async () => {
      await client.endAsync(true);
      database.close();
      await platform.stop();
    },
  };
  return door;
}

function openDatabase(path: string): Database.Database {
  const database = new Database(path);
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  database.exec("CREATE TABLE event (seq INTEGER PRIMARY KEY, kind INTEGER, ms INTEGER, payload TEXT)");
  return database;
}

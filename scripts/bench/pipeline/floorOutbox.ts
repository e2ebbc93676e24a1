/** The floor's way to its platform: rows are published as JSON as soon as they are committed; the far end says how far it has come. */
import { Socket } from "node:net";
import mqtt from "mqtt";
import { DICTIONARY } from "#protocol/events/dictionary.ts";
import { eventMs } from "#scripts/bench/pipeline/door.ts";
import type { RowOutbox } from "#scripts/bench/pipeline/floorWindows.ts";

export async function openRowOutbox(url: string): Promise<RowOutbox & { close(): Promise<void> }> {
  const client = await mqtt.connectAsync(url, { protocolVersion: 4 });
  if (client.stream instanceof Socket) client.stream.setNoDelay(true);
  await client.subscribeAsync("down/bench", { qos: 1 });
  let sentSeq = 0;
  let ackedSeq = 0;
  let heard: () => void = () => undefined;
  client.on("message", (_topic, payload) => {
    ackedSeq = Math.max(ackedSeq, (JSON.parse(payload.toString()) as { upTo: number }).upTo);
    heard();
  });
  return {
    send: (lastSeq, rows) => {
      const events = rows.map((row, index) => {
        const seq = lastSeq - rows.length + 1 + index;
        return { seq, kind: DICTIONARY.windows.kind, ms: eventMs(seq), payload: JSON.parse(row) as object };
      });
      sentSeq = lastSeq;
      client.publish("up/bench", JSON.stringify({ events }), { qos: 1 });
    },
    emptied: async () => {
      while (ackedSeq < sentSeq) {
        await new Promise<void>((resolve) => {
          heard = resolve;
        });
      }
    },
    close: () => client.endAsync(true),
  };
}

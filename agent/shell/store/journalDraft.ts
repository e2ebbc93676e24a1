import type { NewEvent, Stream } from "#agent/ports.ts";
import { type CheckpointDraft, type Checkpoints, writeCheckpoint } from "#agent/shell/store/journalCheckpoints.ts";
import { checkedPayload, type SealedEvent, seal } from "#agent/shell/store/journalSeal.ts";
import type { JournalStatements } from "#agent/shell/store/journalStatements.ts";
import { DEVICES_MAX, emptyStream, fromHex, rowKey, type StreamRecord, streamId } from "#agent/shell/store/journalStreams.ts";
import { packText } from "#agent/shell/store/journalText.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

/** A commit before it is one: numbered, chained, checked, with nothing written and nothing in memory changed until `adopt`. */
export class CommitDraft {
  readonly #boot: { epoch: number; chain: number };
  readonly #devices: Map<string, number>;
  readonly #streams: Map<number, StreamRecord>;
  readonly #newDevices = new Map<string, number>();
  readonly #moved = new Map<number, StreamRecord>();
  readonly #rows: { streamId: number; sealed: SealedEvent }[] = [];
  readonly #known: Checkpoints;
  readonly #checkpoints: CheckpointDraft[] = [];
  payloadCharacters = 0;

  constructor(
    boot: { epoch: number; chain: number },
    devices: Map<string, number>,
    streams: Map<number, StreamRecord>,
    known: Checkpoints,
  ) {
    this.#known = known;
    this.#boot = boot;
    this.#devices = devices;
    this.#streams = streams;
  }

  append(event: NewEvent): void {
    const payloadText = checkedPayload(event);
    const stream = this.#movedStream(event);
    const { epoch, chain } = this.#boot;
    const sealed = seal(event, payloadText, { epoch, chain, seq: stream.lastSeq + 1, prev: stream.head });
    stream.lastSeq = sealed.seq;
    stream.head = sealed.hash;
    this.#rows.push({ streamId: stream.id, sealed });
    this.payloadCharacters += payloadText.length;
  }

  setCheckpoint(device: string, state: unknown): void {
    this.#checkpoints.push(this.#known.draft(this.#deviceId(device), checkpointText(device, state)));
  }

  write(statements: JournalStatements): void {
    for (const [code, id] of this.#newDevices) statements.addDevice.run(id, code);
    for (const { streamId, sealed } of this.#rows) {
      const { kind, session, time } = sealed.event;
      const { monoMs, earliestMs, latestMs } = time;
      const key = rowKey(streamId, sealed.seq);
      const hash = fromHex(sealed.hash);
      statements.insertEvent.run(key, this.#boot.epoch, kind, session, monoMs, earliestMs, latestMs, packText(sealed.payloadText), hash);
    }
    for (const checkpoint of this.#checkpoints) writeCheckpoint(statements, checkpoint);
  }

  /** The rows are on the disk: the journal's memory follows. */
  adopt(): void {
    for (const [code, id] of this.#newDevices) this.#devices.set(code, id);
    for (const checkpoint of this.#checkpoints) this.#known.adopt(checkpoint);
    for (const [id, moved] of this.#moved) {
      const stream = this.#streams.get(id);
      if (!stream) this.#streams.set(id, moved);
      else {
        stream.lastSeq = moved.lastSeq;
        stream.head = moved.head;
      }
    }
  }

  #movedStream({ device, lane }: Stream): StreamRecord {
    const id = streamId(this.#deviceId(device), lane);
    let moved = this.#moved.get(id);
    if (!moved) {
      moved = { ...(this.#streams.get(id) ?? emptyStream(id)) };
      this.#moved.set(id, moved);
    }
    return moved;
  }

  #deviceId(device: string): number {
    const known = this.#devices.get(device) ?? this.#newDevices.get(device);
    if (known !== undefined) return known;
    const id = this.#devices.size + this.#newDevices.size;
    if (id >= DEVICES_MAX) throw new CodedError("journal.badEvent", `more than ${DEVICES_MAX} devices`);
    this.#newDevices.set(device, id);
    return id;
  }
}

function checkpointText(device: string, state: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(state);
  } catch (cause) {
    throw new CodedError("journal.badCheckpoint", device, { cause });
  }
  if (text === undefined) throw new CodedError("journal.badCheckpoint", device);
  return text;
}

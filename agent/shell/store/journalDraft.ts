import { checkedCheckpoint, checkedPayload } from "#agent/core/recordable.ts";
import type { NewEvent, Stream } from "#agent/ports.ts";
import { type CheckpointDraft, writeCheckpoint } from "#agent/shell/store/journalCheckpoints.ts";
import type { JournalHandle } from "#agent/shell/store/journalHandle.ts";
import { type SealedEvent, seal } from "#agent/shell/store/journalSeal.ts";
import { DEVICES_MAX, emptyStream, fromHex, rowKey, type StreamRecord, streamId } from "#agent/shell/store/journalStreams.ts";
import { packText } from "#agent/shell/store/journalText.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { LANES, type Lane } from "#protocol/events/event.ts";

/** A commit before it is one: numbered, chained, checked, with nothing written and nothing in memory changed until `adopt`. */
export class CommitDraft {
  readonly #boot: { epoch: number; chain: number };
  readonly #devices: ReadonlyMap<string, number>;
  readonly #streams: ReadonlyMap<number, StreamRecord>;
  readonly #newDevices = new Map<string, number>();
  readonly #moved = new Map<number, StreamRecord>();
  readonly #rows: { streamId: number; sealed: SealedEvent }[] = [];
  readonly #handle: JournalHandle;
  /** By device: of two in one commit the later stands. */
  readonly #checkpoints = new Map<number, CheckpointDraft>();
  payloadCharacters = 0;

  constructor(boot: { epoch: number; chain: number }, handle: JournalHandle) {
    this.#handle = handle;
    this.#boot = boot;
    this.#devices = handle.devices;
    this.#streams = handle.streams;
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
    const deviceId = this.#deviceId(device);
    const draft = this.#handle.checkpoints.draft(deviceId, checkedCheckpoint(device, state));
    this.#checkpoints.set(deviceId, draft);
    this.#movedStream({ device, lane: "legal" }).checkpoint = draft.seal;
  }

  /** Is this commit what the file ends with? */
  landedIn(handle: JournalHandle): boolean {
    return this.#rows.length > 0 && [...this.#moved].every(([id, { head }]) => handle.streams.get(id)?.head === head);
  }

  write(handle: JournalHandle): void {
    const { statements } = handle;
    for (const [code, id] of this.#newDevices) {
      handle.writeDevice(id, code);
      for (const lane of LANES) this.#movedStream({ device: code, lane });
    }
    for (const { streamId, sealed } of this.#rows) {
      const { kind, session, time } = sealed.event;
      const { monoMs, earliestMs, latestMs } = time;
      const key = rowKey(streamId, sealed.seq);
      const [payload, hash] = [packText(sealed.payloadText), fromHex(sealed.hash)];
      statements.insertEvent.run(key, this.#boot.epoch, kind, session, monoMs, earliestMs, latestMs, payload, null, hash);
    }
    for (const checkpoint of this.#checkpoints.values()) writeCheckpoint(statements, checkpoint);
    for (const stream of this.#moved.values()) handle.writeStream(stream);
  }

  /** The rows are on the disk: the journal's memory follows. */
  adopt(handle: JournalHandle): void {
    for (const [code, id] of this.#newDevices) handle.devices.set(code, id);
    for (const checkpoint of this.#checkpoints.values()) handle.checkpoints.adopt(checkpoint);
    for (const [id, moved] of this.#moved) handle.streams.set(id, moved);
  }

  #movedStream({ device, lane }: { device: string; lane: Lane }): StreamRecord {
    const id = streamId(this.#deviceId(device), lane);
    let moved = this.#moved.get(id);
    if (!moved) {
      moved = { ...(this.#streams.get(id) ?? emptyStream(id, device)) };
      this.#moved.set(id, moved);
    }
    return moved;
  }

  #deviceId(device: Stream["device"]): number {
    const known = this.#devices.get(device) ?? this.#newDevices.get(device);
    if (known !== undefined) return known;
    const id = this.#devices.size + this.#newDevices.size;
    if (id >= DEVICES_MAX) throw new CodedError("journal.full", `more than ${DEVICES_MAX} devices`);
    this.#newDevices.set(device, id);
    return id;
  }
}

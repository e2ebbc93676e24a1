/**
 * Checkpoints as they lie in the file: one whole now and then, and beside it what the newest differs in. A machine's state changes little
 * from commit to commit, and the card is written that little.
 */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { JournalStatements } from "#agent/shell/store/journalStatements.ts";
import { packText, type StoredText, UNPACKED_BYTES_MAX, unpackText } from "#agent/shell/store/journalText.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

/** A shorter one is written whole: it is one page with its neighbours anyway. */
const CHANGE_FROM_CHARACTERS = 512;

/** What is whole on the disk, and what has been spent on it and its changes since. */
interface Base {
  bytes: Buffer;
  spentBytes: number;
  commits: number;
}

/** A checkpoint before it is written. `whole` is null where a change of the base does. */
export interface CheckpointDraft {
  deviceId: number;
  whole: StoredText | null;
  change: Uint8Array | null;
  base: Base;
}

export class Checkpoints {
  readonly #bases = new Map<number, Base>();

  /** Changes nothing: the journal's memory follows with `adopt`, when the commit is on the disk. */
  draft(deviceId: number, text: string): CheckpointDraft {
    const known = this.#bases.get(deviceId);
    if (known && text.length >= CHANGE_FROM_CHARACTERS) {
      const change = deflateRawSync(text, { level: 1, dictionary: known.bytes });
      // When a change costs more than a commit has cost on average since the base was written, another base is cheaper.
      if (change.length * known.commits < known.spentBytes) {
        const base = { ...known, spentBytes: known.spentBytes + change.length, commits: known.commits + 1 };
        return { deviceId, whole: null, change, base };
      }
    }
    const whole = packText(text);
    return { deviceId, whole, change: null, base: { bytes: Buffer.from(text), spentBytes: whole.length, commits: 1 } };
  }

  adopt({ deviceId, base }: CheckpointDraft): void {
    this.#bases.set(deviceId, base);
  }
}

export function writeCheckpoint(statements: JournalStatements, { deviceId, whole, change }: CheckpointDraft): void {
  if (whole !== null) statements.setCheckpoint.run(deviceId, whole);
  statements.setCheckpointChange.run(deviceId, change);
}

/** The newest text; undefined when there is none. Throws `journal.corrupt`. */
export function readCheckpoint(statements: JournalStatements, deviceId: number): string | undefined {
  const stored = statements.checkpoint.get(deviceId);
  if (!stored) return undefined;
  const base = unpackText(stored.state);
  return stored.change === null ? base : unpackChange(stored.change, base);
}

function unpackChange(change: Uint8Array, base: string): string {
  try {
    return inflateRawSync(change, { dictionary: Buffer.from(base), maxOutputLength: UNPACKED_BYTES_MAX }).toString("utf8");
  } catch (cause) {
    throw new CodedError("journal.corrupt", "a checkpoint's change cannot be inflated", { cause });
  }
}

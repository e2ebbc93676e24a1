/**
 * Checkpoints as they lie in the file: one whole now and then, and beside it what the newest differs in. A machine's state changes little
 * from commit to commit, and the card is written that little.
 */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { CheckpointChangeRow, CheckpointRow } from "#agent/shell/store/journalLooks.ts";
import { checkpointChangeSeal, checkpointSeal, type Seal } from "#agent/shell/store/journalSeals.ts";
import type { JournalStatements } from "#agent/shell/store/journalStatements.ts";
import { packText, type StoredText, UNPACKED_BYTES_MAX, unpackText } from "#agent/shell/store/journalText.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

/** A shorter one is written whole: it is one page with its neighbours anyway. */
const CHANGE_FROM_CHARACTERS = 512;

/** What is whole on the disk, and what has been spent on it and its changes since. */
interface Base {
  bytes: Buffer;
  seal: Seal;
  spentBytes: number;
  commits: number;
}

/** A checkpoint before it is written. `whole` is null where a change of the base does. */
export interface CheckpointDraft {
  deviceId: number;
  whole: StoredText | null;
  change: Uint8Array | null;
  /** Of both: what the device's stream is to know. */
  seal: Seal;
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
        return { deviceId, whole: null, change, seal: checkpointChangeSeal(deviceId, known.seal, change), base };
      }
    }
    return wholeCheckpoint(deviceId, text);
  }

  adopt({ deviceId, base }: CheckpointDraft): void {
    this.#bases.set(deviceId, base);
  }
}

export function wholeCheckpoint(deviceId: number, text: string): CheckpointDraft {
  const whole = packText(text);
  const seal = checkpointSeal(deviceId, whole);
  const base = { bytes: Buffer.from(text), seal, spentBytes: whole.length, commits: 1 };
  return { deviceId, whole, change: null, seal: checkpointChangeSeal(deviceId, seal, null), base };
}

export function writeCheckpoint(statements: JournalStatements, { deviceId, whole, change, seal, base }: CheckpointDraft): void {
  if (whole !== null) statements.setCheckpoint.run(deviceId, whole, base.seal);
  statements.setCheckpointChange.run(deviceId, base.seal, change, seal);
}

/** The newest text; undefined when there is none. Throws `journal.corrupt`. */
export function readCheckpoint(statements: JournalStatements, deviceId: number): string | undefined {
  const stored = statements.checkpoint.get(deviceId);
  return stored && newestText(stored);
}

/** Throws `journal.corrupt`. */
export function newestText({ state, change }: { state: StoredText; change: Uint8Array | null }): string {
  const base = unpackText(state);
  return change === null ? base : unpackChange(change, base);
}

/** Which of a device's two rows is not the one that its stream knows by `wanted`; null when both are. */
export function brokenCheckpoint(
  wanted: Seal | null,
  whole: CheckpointRow | undefined,
  change: CheckpointChangeRow | undefined,
): "checkpoint" | "checkpoint_change" | null {
  if (wanted === null && !whole && !change) return null;
  if (!whole || whole.seal !== checkpointSeal(whole.device, whole.state)) return "checkpoint";
  if (!change || change.seal !== checkpointChangeSeal(change.device, change.whole, change.change)) return "checkpoint_change";
  if (change.seal !== wanted) return "checkpoint_change";
  return change.whole === whole.seal ? null : "checkpoint";
}

function unpackChange(change: Uint8Array, base: string): string {
  try {
    return inflateRawSync(change, { dictionary: Buffer.from(base), maxOutputLength: UNPACKED_BYTES_MAX }).toString("utf8");
  } catch (cause) {
    throw new CodedError("journal.corrupt", "a checkpoint's change cannot be inflated", { cause });
  }
}

/** Is the journal still the one whose head the chip mirrored? A disk that was put back, or written anew with every hash made again, is not. */
import type { JournalHead } from "#agent/core/link.ts";
import type { EventDraft } from "#agent/core/machine/state.ts";

export interface OwnRecord {
  readonly chain: number;
  readonly lastSeq: number;
  readonly forgottenSeq: number;
  /** Of the row, or null where it is not there to be compared. */
  readonly hashAt: (seq: number) => string | null;
}

/** What to say of it, or null. A greater chain of one's own began after a journal was lost: the record itself shows that. */
export function mirrorFinding(mirror: JournalHead, own: OwnRecord): EventDraft | null {
  if (mirror.chain === 0 || mirror.seq === 0 || mirror.chain < own.chain) return null;
  const isOtherChain = mirror.chain > own.chain;
  if (isOtherChain || mirror.seq > own.lastSeq) return finding(mirror, own, isOtherChain ? 1 : own.lastSeq + 1);
  const hash = own.hashAt(mirror.seq);
  return hash === null || hash === mirror.hash ? null : finding(mirror, own, mirror.seq);
}

function finding({ seq, hash }: JournalHead, { lastSeq, forgottenSeq }: OwnRecord, fromSeq: number): EventDraft {
  const place = { part: "mirror", lane: "legal", fromSeq, toSeq: seq } as const;
  return {
    ...{ name: "journalDamaged", session: null, agoMs: 0 },
    payload: { ...place, kept: lastSeq - forgottenSeq, next: hash, setAside: "" },
  };
}

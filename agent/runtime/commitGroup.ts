/** Telemetry of several machines in one transaction: whoever's time is up takes the others along. Nobody waits for it, so it makes nothing later. */
import type { Journal, JournalCommit } from "#agent/ports.ts";

/** What waits with one machine. `done` when it is on the disk; when it is not, nothing has happened. */
export interface Companion extends JournalCommit {
  done(): void;
}

interface Member {
  /** Null when too little waits, or a step is under way. */
  companion(): Companion | null;
}

/** The machines of one journal. */
export class CommitGroup {
  readonly #members: Member[] = [];

  add(member: Member): void {
    this.#members.push(member);
  }

  companionsOf(member: Member): Companion[] {
    return this.#members.flatMap((other) => (other === member ? [] : (other.companion() ?? [])));
  }
}

/** Null when `own` is durable, else why it is not. When another machine's part is what fails, that one is left out. */
export function commitTogether(journal: Journal, own: Companion, others: readonly Companion[]): unknown {
  const failure = commitAll(journal, [own, ...others]);
  return failure === null || others.length === 0 ? failure : commitAll(journal, [own]);
}

function commitAll(journal: Journal, parts: readonly Companion[]): unknown {
  try {
    journal.commit({ events: parts.flatMap(({ events }) => events), checkpoints: parts.flatMap(({ checkpoints }) => checkpoints) });
  } catch (error) {
    return error;
  }
  for (const { done } of parts) done();
  return null;
}

/** What a pass says, once its signatures are verified. */
export interface PassFacts {
  handle: string;
  /** Of the credential in the pass; null in a grant, which names only a handle. */
  credential: { categories: number; notBeforeDay: number; expiryDay: number; reviewDay: number; issuedMs: number } | null;
  way: "page" | "scanner" | "grant";
  purpose: "start" | "guard";
  /** The longest session that holder or platform ask for. */
  maxSessionS: number;
  /** Version of the check-list that the signature acknowledges; 0: none. */
  checklistVersion: number;
  /** Where the phone says it is; null when it says nothing. 1e-5 degrees. */
  place: { latE5: number; lonE5: number } | null;
}

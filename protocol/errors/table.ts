/** What a code means and what to do about it, in both languages. */
export interface ErrorText {
  readonly en: string;
  readonly zh: string;
  readonly remedyEn: string;
  readonly remedyZh: string;
}

export type ErrorTable = Readonly<Record<string, ErrorText>>;

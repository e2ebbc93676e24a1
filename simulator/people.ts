/** The people who come with a phone, by their roles: whom the list knows, and as what. */
import { createHash } from "node:crypto";
import { type CategoryId, categoryMask } from "#protocol/codes/workCategories.ts";
import type { HolderAlgorithm } from "#protocol/crypto.ts";
import type { ListEntry } from "#protocol/list/entry.ts";

const SEED = "arcgate-people/1";
const MS_PER_DAY = 86_400_000;
const CHINA_OFFSET_MS = 8 * 3_600_000;
const SIX_YEARS_DAYS = 2191;
const THREE_YEARS_DAYS = 1096;

interface Role {
  readonly zh: string;
  readonly en: string;
  readonly category: CategoryId;
  /** Days from the certificate's begin to the list's date. */
  readonly ageDays: number;
  /** Days from the begin to the day by which it has to be reviewed (again). */
  readonly reviewAfterDays: number;
  readonly inList: boolean;
  /** A forged pass carries the platform's key id and somebody else's signature. */
  readonly genuine: boolean;
  /** What the phone keeps its key in. */
  readonly phone: HolderAlgorithm;
}

const SOUND = { category: "2.1", ageDays: 400, reviewAfterDays: THREE_YEARS_DAYS, inList: true, genuine: true, phone: "es256" } as const;

const ROLES = {
  certified: { ...SOUND, zh: "持证焊工", en: "certified welder" },
  expired: {
    ...SOUND,
    zh: "证书已过期",
    en: "certificate expired",
    ageDays: SIX_YEARS_DAYS + 30,
    reviewAfterDays: SIX_YEARS_DAYS,
    phone: "ed25519",
  },
  pastReview: { ...SOUND, zh: "逾期未复审", en: "past the review date", ageDays: THREE_YEARS_DAYS + 60 },
  wrongCategory: { ...SOUND, zh: "工种不符（仅钎焊）", en: "wrong category (brazing only)", category: "2.3", phone: "sm2" },
  unknown: { ...SOUND, zh: "名单中查无此证", en: "not in the list", inList: false },
  forged: { ...SOUND, zh: "伪造凭证", en: "forged pass", genuine: false },
} as const satisfies Record<string, Role>;

export type PersonName = keyof typeof ROLES;
export const PERSON_NAMES = Object.keys(ROLES) as PersonName[];

export interface Person {
  readonly name: PersonName;
  readonly zh: string;
  readonly en: string;
  /** 16 bytes in hex. */
  readonly handle: string;
  /** 32 bytes out of which the phone's own key is made, and of which kind it is. */
  readonly holderSecret: Uint8Array;
  readonly phone: HolderAlgorithm;
  readonly category: CategoryId;
  /** Days since 1970-01-01, UTC+8. */
  readonly notBeforeDay: number;
  readonly expiryDay: number;
  readonly reviewDay: number;
  readonly inList: boolean;
  readonly genuine: boolean;
}

/** Throws a RangeError that names everybody there is. */
export function parsePersonName(text: string): PersonName {
  const name = PERSON_NAMES.find((known) => known === text);
  if (name === undefined) throw new RangeError(`没有此角色 / nobody is called ${text.slice(0, 40)}: ${PERSON_NAMES.join(", ")}`);
  return name;
}

/** Handle and key depend on the name alone, the dates on when the list was issued. */
export function personOf(name: PersonName, listIssuedMs: number): Person {
  const { ageDays, reviewAfterDays, ...role }: Role = ROLES[name];
  const notBeforeDay = Math.floor((listIssuedMs + CHINA_OFFSET_MS) / MS_PER_DAY) - ageDays;
  return {
    ...role,
    name,
    handle: seeded(name, "handle").toString("hex", 0, 16),
    holderSecret: seeded(name, "holder"),
    notBeforeDay,
    expiryDay: notBeforeDay + SIX_YEARS_DAYS,
    reviewDay: notBeforeDay + reviewAfterDays,
  };
}

/** The entries of those whom the list knows. */
export function peopleEntries(listIssuedMs: number): ListEntry[] {
  return PERSON_NAMES.filter((name) => ROLES[name].inList).map((name) => personEntry(name, listIssuedMs));
}

/** What the list says of a person, if it knows them. */
export function personEntry(name: PersonName, listIssuedMs: number): ListEntry {
  const { handle, category, notBeforeDay, expiryDay, reviewDay } = personOf(name, listIssuedMs);
  return { handle, categories: categoryMask([category]), notBeforeDay, expiryDay, reviewDay, suspended: false };
}

function seeded(name: string, what: string): Buffer {
  return createHash("sha256").update(`${SEED}/${name}/${what}`).digest();
}

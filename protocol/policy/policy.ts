/** What the platform rules for one machine: 分类管控, hot-work permits, 提级管理, 人机匹配, 租借档案, 十不准九必须. Data, no behaviour. */
import { z } from "zod";
import { CATEGORY_IDS } from "#protocol/codes/workCategories.ts";

/** Enforced: no licence, no arc. Monitored: recorded, never denied. Exempt: no certificate asked. Retired: never energised. */
export const MACHINE_CLASSES = ["enforced", "monitored", "exempt", "retired"] as const;
const PERMIT_LEVELS = ["special", "first", "second"] as const;

/** Opening the primary stops the machine's fan. */
export const IDLE_RELOCK_MIN_S = 180;

const handle = z.string().regex(/^[0-9a-f]{32}$/, "certificate handle, 32 hexadecimal digits");
const unixMs = z.number().int().min(0).max(1e14);
const seconds = z.number().int().min(1).max(86_400);
const version = z.number().int().min(0).max(0xffff_ffff);

export const Place = z.strictObject({
  /** 1e-5 degrees, WGS 84. */
  latE5: z.number().int().min(-9_000_000).max(9_000_000),
  lonE5: z.number().int().min(-18_000_000).max(18_000_000),
  radiusM: z.number().int().min(10).max(1_000_000),
});
export type Place = z.infer<typeof Place>;

const Permit = z.strictObject({
  id: z.string().regex(/^[\x21-\x7e]{1,64}$/, "1 to 64 visible ASCII characters"),
  level: z.enum(PERMIT_LEVELS),
  /** In force from the first instant on, and no longer at the last. */
  fromMs: unixMs,
  untilMs: unixMs,
  place: Place.nullable(),
  /** Fire watchers (动火监护人); empty: none is named. */
  guardians: z.array(handle).max(16),
  /** Who may work under it; empty: whoever is licensed. */
  welders: z.array(handle).max(64),
});
export type Permit = z.infer<typeof Permit>;

const SpecialPeriod = z.strictObject({ fromMs: unixMs, untilMs: unixMs, reason: z.string().min(1).max(64) });
export type SpecialPeriod = z.infer<typeof SpecialPeriod>;

const Binding = z.discriminatedUnion("to", [
  z.strictObject({ to: z.literal("anyone") }),
  z.strictObject({ to: z.literal("welders"), handles: z.array(handle).min(1).max(256) }),
  z.strictObject({ to: z.literal("borrower"), contract: z.enum(["loan", "rent"]), handle, untilMs: unixMs }),
]);

const CheckList = z.strictObject({
  version: version.min(1),
  required: z.boolean(),
  items: z
    .array(z.strictObject({ zh: z.string().min(1).max(200), en: z.string().min(1).max(200) }))
    .min(1)
    .max(32),
});

export const Policy = z.strictObject({
  v: z.literal(1),
  device: z.string().regex(/^[0-9A-Z]{20}$/),
  /** Rises with every policy of the device. 0: the installer's, which was never signed. */
  version,
  issuedMs: unixMs,
  machineClass: z.enum(MACHINE_CLASSES),
  /** Null: what the machine's process requires. */
  category: z.enum(CATEGORY_IDS).nullable(),
  permits: z.strictObject({
    required: z.boolean(),
    /** Guardians that a permit names must scan on ordinary days too. */
    guardiansScan: z.boolean(),
    list: z.array(Permit).max(32),
  }),
  specialPeriods: z.array(SpecialPeriod).max(64),
  binding: Binding,
  checkList: CheckList.nullable(),
  sessionMaximumS: seconds,
  idleRelockS: seconds.min(IDLE_RELOCK_MIN_S, "at least 180: opening the primary stops the machine's fan"),
  offline: z.strictObject({
    /** Starts are refused under an older list; null: whatever its age. */
    listAgeMaximumH: z.number().int().min(1).max(8_784).nullable(),
    credentialNewerThanList: z.enum(["allowOnce", "deny"]),
  }),
  /** Which end of the time interval decides an expiry. */
  expiryRule: z.enum(["earliest", "latest"]),
  warnDaysBeforeExpiry: z.number().int().min(0).max(365),
  /** Where the machine may work; null: anywhere. */
  place: Place.nullable(),
});
export type Policy = z.infer<typeof Policy>;

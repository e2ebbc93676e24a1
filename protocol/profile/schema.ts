/** What a profile of the provincial specification holds. The data stands in `shandong.json`. */
import { z } from "zod";
import { ISO7064_NAMES } from "#protocol/codes/iso7064.ts";
import { CATEGORY_IDS } from "#protocol/codes/workCategories.ts";

const alphabet = z
  .string()
  .regex(/^[0-9A-Z]{1,36}$/)
  .refine((text) => new Set(text).size === text.length, "a character is named twice");
const zh = z.string().min(1).max(64);

/** A part of the code that says something, or one that is the same in every code. */
const CodeField = z.union([
  z.strictObject({
    field: z.enum(["division", "process", "maker", "serial"]),
    zh,
    length: z.number().int().min(1).max(16),
    characters: alphabet,
    /** The standard whose table the value must be in. */
    table: z.enum(["GB/T 2260", "GB/T 10249"]).optional(),
  }),
  z.strictObject({ constant: z.string().regex(/^[0-9A-Z]{1,8}$/) }),
]);

/** Fields in order, then the check over all of them. */
const DeviceCodeLayout = z.strictObject({
  fields: z
    .array(CodeField)
    .min(4)
    .max(8)
    .refine((fields) => {
      const named = fields.flatMap((part) => ("field" in part ? [part.field] : []));
      return named.length === 4 && new Set(named).size === 4;
    }, "division, process, maker and serial must each stand once"),
  /** MOD 37-2 is out: its check may be `*`, which the wire does not carry. */
  check: z.enum(ISO7064_NAMES).exclude(["MOD 37-2"]),
});

const Portal = z.strictObject({
  portal: z.string().min(1).max(64),
  /** Somebody compared these with the portal. */
  verified: z.boolean(),
  numbers: z.record(z.string().min(1).max(64), z.enum(CATEGORY_IDS)),
});

export const Profile = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]{1,32}$/),
  version: z.number().int().min(1).max(65_535),
  reading: z.string().max(512),
  deviceCode: DeviceCodeLayout,
  /** `https://{host}{path}{device code}` */
  qr: z.strictObject({
    host: z.string().regex(/^(?=.{4,64}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/),
    path: z.string().regex(/^\/(?:[a-z0-9]{1,16}\/){0,2}$/),
  }),
  topics: z.strictObject({ root: z.string().regex(/^[a-z]{1,16}$/), version: z.number().int().min(1).max(99) }),
  categories: z.strictObject({
    /** Whether another regime's certificate counts as 2.1. */
    accepted: z.strictObject({ construction: z.boolean(), specialEquipment: z.boolean() }),
    portals: z
      .array(Portal)
      .max(16)
      .refine((portals) => new Set(portals.map(({ portal }) => portal)).size === portals.length, "a portal is named twice"),
  }),
  /** The platform's number for each of the dictionary's six warnings. */
  warnings: z.array(z.strictObject({ kind: z.number().int(), number: z.string().min(1).max(16), zh })).length(6),
});

export type Profile = z.infer<typeof Profile>;
export type DeviceCodeLayout = z.infer<typeof DeviceCodeLayout>;

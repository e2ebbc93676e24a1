/** Claims that more than one kind of pass has. */
import { CodedError } from "#protocol/errors/codedError.ts";
import { asArray, asBytes, asInteger } from "#protocol/pass/cbor.ts";
import { asciiBytes } from "#protocol/pass/coseSign1.ts";

/** What the holder wants: to weld, or to vouch for somebody's welding as a guardian. */
export type PassPurpose = "start" | "guard";
const PURPOSE_NUMBER: Readonly<Record<PassPurpose, number>> = { start: 1, guard: 2 };

/** Where the phone says it is, WGS 84. 1e-5 degrees are about a metre. */
export interface PassPlace {
  readonly latE5: number;
  readonly lonE5: number;
}

/** What the holder, or the platform, asks for and acknowledges. */
export interface PassWishes {
  readonly purpose: PassPurpose;
  /** The longest session wanted, 1–65,535 s. */
  readonly maxSessionS: number;
  /** Version of the check-list that is acknowledged, 0–65,535; 0: none. */
  readonly checklistVersion: number;
  readonly place: PassPlace | null;
}

/** Keys of the wishes in the claims of responses and grants; `place` is absent where there is none. */
export const WISH_LABELS = { purpose: 20, maxSessionS: 21, checklistVersion: 22 } as const;
export const PLACE_LABEL = 23;

export function encodeWishes({ purpose, maxSessionS, checklistVersion, place }: PassWishes): [number, unknown][] {
  const claims: [number, unknown][] = [
    [WISH_LABELS.purpose, PURPOSE_NUMBER[purpose]],
    [WISH_LABELS.maxSessionS, maxSessionS],
    [WISH_LABELS.checklistVersion, checklistVersion],
  ];
  return place ? [...claims, [PLACE_LABEL, [place.latE5, place.lonE5]]] : claims;
}

/** Throws `pass.badShape`. */
export function readWishes(claims: ReadonlyMap<number, unknown>): PassWishes {
  return {
    purpose: readPurpose(claims.get(WISH_LABELS.purpose)),
    maxSessionS: asInteger(claims.get(WISH_LABELS.maxSessionS), 1, 0xffff, "max session"),
    checklistVersion: asInteger(claims.get(WISH_LABELS.checklistVersion), 0, 0xffff, "check-list version"),
    place: claims.has(PLACE_LABEL) ? readPlace(claims.get(PLACE_LABEL)) : null,
  };
}

export function encodeDevice(device: string): Uint8Array {
  return asciiBytes(device);
}

/** A device code: 20 digits and capital letters as ASCII. Its check character is for those who know the layout. Throws `pass.badShape`. */
export function readDevice(value: unknown): string {
  const text = String.fromCharCode(...asBytes(value, 20, 20, "device"));
  if (!/^[0-9A-Z]{20}$/.test(text)) throw new CodedError("pass.badShape", "device");
  return text;
}

function readPurpose(value: unknown): PassPurpose {
  const number = asInteger(value, 1, 2, "purpose");
  return number === PURPOSE_NUMBER.start ? "start" : "guard";
}

function readPlace(value: unknown): PassPlace {
  const [latitude, longitude] = asArray(value, 2, "place");
  return {
    latE5: asInteger(latitude, -9_000_000, 9_000_000, "latitude"),
    lonE5: asInteger(longitude, -18_000_000, 18_000_000, "longitude"),
  };
}

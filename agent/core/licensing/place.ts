/** Where a pass was shown, and where the machine may work. */
import type { PassFacts } from "#agent/core/licensing/pass.ts";
import type { DenialCode } from "#protocol/errors/licence.ts";
import type { Permit, Place, Policy } from "#protocol/policy/policy.ts";

const EARTH_RADIUS_M = 6_371_000;
const RADIANS_PER_E5 = Math.PI / 180 / 1e5;

/** Page and scanner stand for nearness themselves; a grant has only the phone's word. */
export function refusedPlace({ place, way }: PassFacts, policy: Policy, permit: Permit | null): DenialCode | null {
  const places = [policy.place, permit?.place ?? null].filter((bound) => bound !== null);
  if (places.length === 0) return null;
  if (place === null) return way === "grant" ? "licence.placeUnknown" : null;
  return places.every((bound) => distanceM(place, bound) <= bound.radiusM) ? null : "licence.outOfPlace";
}

/** Great circle, by the haversine. */
function distanceM(from: { latE5: number; lonE5: number }, to: Pick<Place, "latE5" | "lonE5">): number {
  const halfLat = Math.sin(((to.latE5 - from.latE5) * RADIANS_PER_E5) / 2);
  const halfLon = Math.sin(((to.lonE5 - from.lonE5) * RADIANS_PER_E5) / 2);
  const square = halfLat ** 2 + Math.cos(from.latE5 * RADIANS_PER_E5) * Math.cos(to.latE5 * RADIANS_PER_E5) * halfLon ** 2;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(square)));
}

/** Versions of releases: `major.minor.patch`, in numbers without leading zeros. */

export const RELEASE_VERSION = /^(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})$/;

/** Negative when `left` is older, 0 when they are the same. */
export function compareVersions(left: string, right: string): number {
  const others = numbersOf(right);
  for (const [index, number] of numbersOf(left).entries()) {
    const difference = number - (others[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function numbersOf(version: string): number[] {
  return version.split(".").map(Number);
}

/** How fast a recording may be played: as fast as the agent empties the chip's ring, and as the chip's own processor can. */

export interface PaceLimits {
  /** Never faster. */
  mostSpeed: number;
  medianStepMs: number;
}

/** The chip starts with it, and is never slowed below it by a backlog. */
export const FIRST_SPEED = 20;
export const MOST_SPEED = 2_000;
/** Idle time after the recording's end runs so fast, whatever was asked for: nothing is in it. */
export const AFTERWARDS_SPEED = 300;

/** Rows that one process plays in a second without being late for its line. */
const ROWS_PER_SECOND = 150_000;
/** Unconfirmed records in the chip's ring. The ring holds at least 1,800 seconds of windows at the first speed. */
const FEW_RECORDS = 1_500;
const MANY_RECORDS = 6_000;
const STEP = 1.4;

/** The next speed for so many unconfirmed records. Between few and many it stays as it is. */
export function nextSpeed(speed: number, waitingRecords: number, limits: PaceLimits): number {
  const most = mostSpeedOf(limits);
  if (waitingRecords > MANY_RECORDS) return Math.min(most, Math.max(FIRST_SPEED, speed / STEP));
  if (waitingRecords < FEW_RECORDS) return Math.min(most, speed * STEP);
  return Math.min(most, speed);
}

export function firstSpeed(limits: PaceLimits): number {
  return Math.min(FIRST_SPEED, mostSpeedOf(limits));
}

function mostSpeedOf({ mostSpeed, medianStepMs }: PaceLimits): number {
  return Math.min(mostSpeed, MOST_SPEED, Math.max(1, (ROWS_PER_SECOND * medianStepMs) / 1000));
}

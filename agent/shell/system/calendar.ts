/** The calendar's appointments: daily chores at a time of day, spread over a fleet. Nothing is metered or licensed by it. */
import cron from "node-cron";

export interface Appointment {
  name: string;
  /** Five fields, local time. */
  pattern: string;
  /** Up to so much later, drawn anew each time: 168,000 machines must not knock at once. */
  jitterMs: number;
  run(): void;
}

export interface Calendar {
  close(): void;
}

export function openCalendar(appointments: readonly Appointment[]): Calendar {
  const tasks = appointments.map(({ name, pattern, jitterMs, run }) =>
    cron.schedule(pattern, () => run(), { name, noOverlap: true, maxRandomDelay: jitterMs }),
  );
  return {
    close: () => {
      for (const task of tasks) void task.destroy();
    },
  };
}

export function isPattern(pattern: string): boolean {
  return cron.validate(pattern);
}

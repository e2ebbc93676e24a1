/** How a step speaks: to the person at the terminal, or to a jig that presses and welds in that person's place. */

/** What the installer's hands are asked to do; the jig's words on the wire. */
export const ASKS = [
  "pressStart",
  "pressEStop",
  "releaseEStop",
  "openEnclosure",
  "closeEnclosure",
  "switchMachineOn",
  "weld",
  "scan",
  "setBootloader",
  "powerAnew",
] as const;
export type Ask = (typeof ASKS)[number];

export interface Told {
  /** Of the machine's installation: flash, provision … */
  step: string;
  zh: string;
  en: string;
  /** From 0 to 1, where it is known. */
  part?: number;
}

export interface Teller {
  tell(told: Told): void;
  /**
   * Asks somebody to do something; resolves when they were told (a person) or have done it (a jig). What they did is then seen on the
   * wire, never believed. `facts`: what they need to know, such as the session's link to scan.
   */
  ask(ask: Ask, told: Told, facts?: Readonly<Record<string, string>>): Promise<void>;
}

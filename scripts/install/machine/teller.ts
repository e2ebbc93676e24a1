/** How a step speaks: to the person at the terminal, or to a jig that presses and welds in that person's place. */
import type { JigRequest } from "#protocol/install/jig.ts";

/** What the installer's hands are asked to do; the jig's words on the wire. */
export type Ask = JigRequest["ask"];

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
   * Asks somebody to do something; resolves when they have done it, or say so. What they did is then seen on the wire, never believed.
   * `facts`: what they need to know. For `scan`: `page` (URL of the agent's) and `device`; for `weld`, where it matters: `amps`, `seconds`, `dry`.
   */
  ask(ask: Ask, told: Told, facts?: Readonly<Record<string, string>>): Promise<void>;
}

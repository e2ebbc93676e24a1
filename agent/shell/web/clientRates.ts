/** How often each client of the page may try; the oldest is forgotten when there are too many of them. */
import { type AttemptRate, type Attempts, attempt } from "#agent/core/pass/attempts.ts";

const CLIENTS_MAX = 256;

export class ClientRates {
  readonly #rate: AttemptRate;
  readonly #clients = new Map<string, Attempts>();

  constructor(rate: AttemptRate) {
    this.#rate = rate;
  }

  allows(client: string, monoMs: number): boolean {
    const { allowed, held } = attempt(this.#clients.get(client), this.#rate, monoMs);
    this.#clients.delete(client);
    this.#clients.set(client, held);
    const [oldest] = this.#clients.keys();
    if (this.#clients.size > CLIENTS_MAX && oldest !== undefined) this.#clients.delete(oldest);
    return allowed;
  }
}

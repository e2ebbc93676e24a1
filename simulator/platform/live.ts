/** What each device last said of itself. Nothing of it is stored. */
import { State } from "#protocol/events/messages.ts";

const MAX_DEVICES = 200_000;
const MAX_STATE_BYTES = 4096;

export interface LiveDevice {
  readonly device: string;
  readonly state: State;
  readonly receivedMs: number;
  /** Not among the devices that the platform was told of. */
  readonly unregistered: boolean;
}

export class LiveBoard {
  readonly #devices = new Map<string, LiveDevice>();
  readonly #registered: ReadonlySet<string>;

  readonly #isInRegistry: (device: string) => boolean;

  constructor(registered: readonly string[], isInRegistry: (device: string) => boolean = () => false) {
    this.#registered = new Set(registered);
    this.#isInRegistry = isInRegistry;
  }

  isRegistered(device: string): boolean {
    return this.#registered.has(device) || this.#isInRegistry(device);
  }

  /** True when the device was not on line before, or is another run of its agent than before. */
  update(device: string, state: State, receivedMs: number): boolean {
    const before = this.#devices.get(device);
    if (before === undefined && this.#devices.size >= MAX_DEVICES) this.#forgetOldest();
    this.#devices.delete(device);
    this.#devices.set(device, { device, state, receivedMs, unregistered: !this.isRegistered(device) });
    const was = before?.state;
    return state.online && (was === undefined || !was.online || was.epoch !== state.epoch || was.chain !== state.chain);
  }

  get(device: string): LiveDevice | undefined {
    return this.#devices.get(device);
  }

  all(): LiveDevice[] {
    return [...this.#devices.values()];
  }

  /** The platform was off line: whoever speaks next is greeted anew. */
  forgetAll(): void {
    this.#devices.clear();
  }

  #forgetOldest(): void {
    const oldest = this.#devices.keys().next();
    if (!oldest.done) this.#devices.delete(oldest.value);
  }
}

/** Undefined for what is no State of the specification. */
export function parseState(payload: Uint8Array): State | undefined {
  if (payload.length > MAX_STATE_BYTES) return undefined;
  try {
    return State.safeParse(JSON.parse(Buffer.from(payload).toString("utf8"))).data;
  } catch {
    return undefined;
  }
}

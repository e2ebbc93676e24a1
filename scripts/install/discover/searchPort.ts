/** One port, from its opening to a verdict: settings and addresses in the plan's order until everybody there is known. */
import { isTcp } from "#agent/shell/serial/endpoint.ts";
import type { LineSettings } from "#protocol/chip/maps/foreign.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { FoundDevice } from "#scripts/install/discover/device.ts";
import { identify } from "#scripts/install/discover/identify.ts";
import { isSettingRefused, openTrouble } from "#scripts/install/discover/openTrouble.ts";
import { ProbeLine } from "#scripts/install/discover/probeLine.ts";
import { type Place, SearchPlan, worstMs } from "#scripts/install/discover/searchPlan.ts";

export interface SearchOrder {
  port: string;
  lines: readonly LineSettings[];
  addresses: readonly number[];
  everyRate: boolean;
  /** Granted to each answer. */
  patienceMs: number;
  /** Before the first question: whoever speaks then is not asked for. */
  listenMs: number;
  progress(step: SearchProgress): void;
}

export interface SearchProgress {
  place: Place;
  /** Places asked, of those and what is left. */
  done: number;
  total: number;
  /** What is left takes no longer, unless more devices are met. */
  leftMs: number;
  found: number;
}

export interface Found {
  line: LineSettings;
  device: FoundDevice;
}

/** `trouble`: what keeps this port from being a bus that is known whole. */
export interface PortFindings {
  port: string;
  found: Found[];
  trouble: CodedError | null;
}

/** Opening a port can make a byte or two. */
const STRAY_BYTES_MOST = 4;
/** At more addresses than these nobody has a double: the line itself is bad. */
const GARBLED_MOST = 4;

/** Never rejects for what is wrong with the port: that is a finding. */
export async function searchPort(order: SearchOrder): Promise<PortFindings> {
  const found: Found[] = [];
  const { port } = order;
  try {
    await search(order, found);
    return { port, found: byAddress(found), trouble: troubleIn(port, found) };
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return { port, found: byAddress(found), trouble: error };
  }
}

async function search(order: SearchOrder, found: Found[]): Promise<void> {
  const plan = planOf(order);
  const bus = new SetLine(order);
  let done = 0;
  try {
    for (let place = plan.next(); place; place = plan.next()) {
      const { line, address } = place;
      const { left } = plan;
      order.progress({
        place,
        done,
        total: done + left.length + 1,
        leftMs: worstMs([place, ...left], order.patienceMs),
        found: found.length,
      });
      done++;
      const probe = await bus.set(line);
      if (!probe) {
        plan.skip(line);
        continue;
      }
      const device = await identify((what) => probe.ask(address, what), address);
      if (!device) continue;
      plan.answered(place);
      found.push({ line, device });
      if (found.filter((each) => each.device.kind === "garbled").length > GARBLED_MOST)
        throw new CodedError("discover.noise", `${order.port}: ${found.length} addresses answer with garbage`);
    }
  } finally {
    await bus.close();
  }
}

/** A converter has settings of its own: of those asked for only the slowest counts, as the time that an answer may take. */
function planOf({ port, lines, addresses, everyRate }: SearchOrder): SearchPlan {
  const slowest = lines.toSorted((left, right) => left.baudRate - right.baudRate).slice(0, 1);
  return new SearchPlan(isTcp(port) ? slowest : lines, addresses, everyRate);
}

/** The port with the settings that were asked for last. */
class SetLine {
  readonly #order: SearchOrder;
  #open: { line: LineSettings; probe: ProbeLine } | null = null;
  #wasOpen = false;

  constructor(order: SearchOrder) {
    this.#order = order;
  }

  /** Null when the port cannot be set so. Rejects with `discover.*` when it cannot be had at all, or somebody else speaks there. */
  async set(line: LineSettings): Promise<ProbeLine | null> {
    if (this.#open?.line === line) return this.#open.probe;
    await this.close();
    const { port, patienceMs } = this.#order;
    const probe = await ProbeLine.open(port, line, patienceMs).catch((error: unknown) => {
      if (this.#wasOpen && isSettingRefused(error)) return null;
      throw openTrouble(port, error);
    });
    if (!probe) return null;
    this.#open = { line, probe };
    if (!this.#wasOpen) await this.#listen(probe);
    this.#wasOpen = true;
    return probe;
  }

  async close(): Promise<void> {
    await this.#open?.probe.close();
    this.#open = null;
  }

  async #listen(probe: ProbeLine): Promise<void> {
    const { port, listenMs } = this.#order;
    const bytes = await probe.listen(listenMs);
    if (bytes > STRAY_BYTES_MOST) throw new CodedError("discover.noise", `${port}: ${bytes} bytes in ${listenMs} ms`);
  }
}

function byAddress(found: readonly Found[]): Found[] {
  return found.toSorted((left, right) => left.device.address - right.device.address);
}

function troubleIn(port: string, found: readonly Found[]): CodedError | null {
  const at = (kind: FoundDevice["kind"]) => found.filter(({ device }) => device.kind === kind).map(({ device }) => device.address);
  const [garbled, unknown] = [at("garbled"), at("unknown")];
  if (found.length === 0) return new CodedError("discover.nothingAnswers", port);
  if (garbled.length > 0) return new CodedError("discover.addressShared", `${port}: ${garbled.join(", ")}`);
  if (unknown.length > 0) return new CodedError("discover.unknownDevice", `${port}: ${unknown.join(", ")}`);
  return null;
}

/** The signed policies of this agent's machines: kept as the files they came in, and verified whenever they are read. */
import type { Journal } from "#agent/ports.ts";
import type { MachineDriver } from "#agent/runtime/machineDriver.ts";
import type { Timekeeper } from "#agent/runtime/timekeeper.ts";
import type { TrustStore, Verified } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { Policy } from "#protocol/policy/policy.ts";
import { parsePolicyFile } from "#protocol/policy/policyFile.ts";

export interface PolicyKeeperPorts {
  journal: Pick<Journal, "getValue" | "setValue">;
  trust: TrustStore;
  time: Pick<Timekeeper, "raiseByFile">;
}

type Ruled = Pick<MachineDriver, "device" | "policy" | "canEnforce" | "note" | "dispatch">;

export class PolicyKeeper {
  readonly #ports: PolicyKeeperPorts;

  constructor(ports: PolicyKeeperPorts) {
    this.#ports = ports;
  }

  /** Puts in force what was so when the agent ended. What can no longer be trusted is said, and starts nothing (`licence.policyLost`). */
  restore(machine: Ruled): void {
    const text = this.#ports.journal.getValue(keyOf(machine.device));
    const policy = text === undefined ? null : this.#readAnew(machine, new TextEncoder().encode(text));
    if (policy) this.#inForce(machine, policy);
  }

  /**
   * A file has arrived. A newer one is kept and comes into force; a refusal is said, thrown, and leaves what is in force.
   * Throws `policy.*`, `link.noDeadMan`, and the journal's codes when it cannot be kept: then it does not come into force.
   */
  arrived(machine: Ruled, file: Uint8Array): void {
    const inForce = machine.policy.version;
    const policy = this.#parsed(machine, file, inForce);
    if (policy.version === inForce) return;
    this.#ports.journal.setValue(keyOf(machine.device), new TextDecoder().decode(file));
    this.#inForce(machine, policy);
  }

  /** What is decided by it is decided at a time that is not before it was issued. */
  #inForce(machine: Ruled, policy: Verified<Policy>): void {
    this.#ports.time.raiseByFile(policy.issuedMs, "policy");
    machine.dispatch({ type: "policy", policy });
  }

  #readAnew(machine: Ruled, file: Uint8Array): Verified<Policy> | null {
    try {
      return this.#parsed(machine, file, 0);
    } catch (error) {
      if (error instanceof CodedError) return null;
      throw error;
    }
  }

  /** Says in the journal what it throws. */
  #parsed(machine: Ruled, file: Uint8Array, inForce: number): Verified<Policy> {
    const { device } = machine;
    try {
      const policy = parsePolicyFile(file, this.#ports.trust, device, inForce);
      if (policy.machineClass === "enforced" && !machine.canEnforce) throw new CodedError("link.noDeadMan", `policy ${policy.version}`);
      return policy;
    } catch (error) {
      if (error instanceof CodedError) {
        const payload = { code: error.code, detail: error.detail.slice(0, 256) };
        machine.note({ name: "policyRefused", session: null, agoMs: 0, payload });
      }
      throw error;
    }
  }
}

function keyOf(device: string): string {
  return `policy/${device}`;
}

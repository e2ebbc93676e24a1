/** Who may use this machine: 人机匹配, and 租借档案. */
import type { Finding } from "#agent/core/licensing/facts.ts";
import type { Policy } from "#protocol/policy/policy.ts";

export function bindingFinding(handle: string, { binding }: Policy, atMs: number): Finding {
  switch (binding.to) {
    case "anyone":
      return { refused: null, end: null };
    case "welders":
      return binding.handles.includes(handle) ? { refused: null, end: null } : { refused: "licence.notBound" };
    case "borrower":
      if (binding.handle !== handle) return { refused: "licence.lentToOther" };
      if (atMs >= binding.untilMs) return { refused: "licence.loanOver" };
      return { refused: null, end: { cause: "bindingEnded", atMs: binding.untilMs } };
  }
}

import type { Platform } from "#simulator/platform/contract.ts";
import type { ControlRequest } from "#simulator/platform/control.ts";

/** What the control socket answers, beside `ok`. */
export async function carryOut(platform: Platform, quit: () => void, request: ControlRequest): Promise<object> {
  switch (request.do) {
    case "report":
      return platform.report(request.device);
    case "events":
      return { events: platform.events(request) };
    case "state":
      return { devices: platform.live().filter((live) => request.device === undefined || live.device === request.device) };
    case "scan":
      return platform.scan(request);
    case "lock":
      return platform.lock(request.device);
    case "comeBack":
      return platform.comeBack(request);
    case "revoke":
      return platform.files.revoke(request);
    case "rule":
      return platform.files.rule(request.device, request.policy);
    case "certify":
      return platform.files.certify(request.as);
    case "rotateKeys":
      return platform.files.rotateKeys(request.retireRoot ?? false);
    case "stopBroker":
      await platform.stopBroker();
      return {};
    case "startBroker":
      await platform.startBroker();
      return {};
    case "quit":
      quit();
      return {};
  }
}

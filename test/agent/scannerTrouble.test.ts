import { expect, it, onTestFinished } from "vitest";
import type { ScannerHealth } from "#agent/runtime/reporting.ts";
import { ERRORS } from "#protocol/errors/registry.ts";
import { MACHINE } from "#test/runtime/gate.ts";
import { openGatePage } from "#test/runtime/gatePage.ts";

const PAGES = [
  ["/", "zh"],
  ["/?lang=en", "en"],
  [`/display/${MACHINE}`, "zh"],
  [`/display/${MACHINE}`, "en"],
] as const;

it.each(["scanner.deaf", "link.portMissing"] as const)("%s is said to whoever looks at a page, until it is over", async (code) => {
  const scanner: ScannerHealth = { code: null };
  const page = await openGatePage({ scanner });
  onTestFinished(() => page.close());
  for (const shown of [null, code, null]) {
    scanner.code = shown;
    for (const [path, language] of PAGES) {
      const text = await (await fetch(page.url + path)).text();
      expect([path, text.includes(ERRORS[code][language])]).toEqual([path, shown !== null]);
    }
  }
});

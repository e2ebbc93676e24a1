import { describe, expect, it } from "vitest";
import { idNumberCheck } from "#protocol/codes/gb11643.ts";
import { pagesWithPersonalData } from "#test/agent/personalData.ts";
import { MACHINE } from "#test/runtime/gate.ts";
import { openGatePage } from "#test/runtime/gatePage.ts";

/** Born when nobody who is alive was. */
const FIRST_17 = "37098317990101123";
const ID = FIRST_17 + idNumberCheck(FIRST_17);
const NAME = "王焊工";
/** A challenge is sixteen bytes and a device code: whoever called the machine by a name is not in it. */
const NAMELESS = `/api/challenge?machine=${MACHINE}`;

async function found(designation: string): Promise<[string, string[]][]> {
  const page = await openGatePage({ designation });
  try {
    return await pagesWithPersonalData(page.url, MACHINE, [NAME]);
  } finally {
    await page.close();
  }
}

describe("the search of the agent's pages", () => {
  it("finds nothing in the pages of a machine that is called by its designation", async () => {
    for (const [path, what] of await found("ZX7-400")) expect([path, what]).toEqual([path, []]);
  });

  it.each([
    ["a name", NAME, [NAME]],
    ["an ID number", ID, [ID]],
    ["a certificate's number with its holder's name", `${NAME} T${ID}`, [ID, NAME]],
  ])("finds %s that is planted in what each page says of the machine", async (_, planted, wanted) => {
    const pages = await found(planted);
    expect(pages.map(([path]) => path)).toContain(NAMELESS);
    for (const [path, what] of pages) expect([path, [...new Set(what)]]).toEqual([path, path === NAMELESS ? [] : wanted]);
  });
});

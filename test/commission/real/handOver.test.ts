import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { registerReport } from "#scripts/install/commission/handOver.ts";
import { Job } from "#scripts/install/machine/job.ts";
import { askRegistry } from "#scripts/install/provision/registryClient.ts";
import { UID } from "#test/install/people.ts";
import { closeOffice, type Office, openOffice, vouch } from "#test/provision/registered.ts";
import { goldenReport, reportBytes } from "#test/provision/reports.ts";

const DEVICE = "370983ZTEST00000001E";

let office: Office;
let folder: string;
let job: Job;

beforeAll(async () => {
  office = await openOffice();
  folder = mkdtempSync(join(tmpdir(), "arcgate-commission-"));
  job = new Job(folder);
  await askRegistry(office.registry, office.installer, "register", { voucher: vouch(office.installer, { device: DEVICE }) });
});

afterAll(async () => {
  job.close();
  rmSync(folder, { recursive: true, force: true });
  await closeOffice(office);
});

describe("what becomes of a report", () => {
  it.each([
    { name: "refused machine", registered: 0 },
    { name: "passed machine", registered: 1 },
  ])("$name: $registered reports at the platform", async ({ name, registered }) => {
    const { registry, installer, installerFile } = office;
    const bytes = reportBytes(installerFile, { ...goldenReport(name), device: DEVICE, uid: UID });
    const teller = { tell: () => undefined, ask: () => Promise.resolve() };
    await registerReport(bytes, { registry, installerFile, job, teller });
    expect(await askRegistry(registry, installer, "ask", { device: DEVICE })).toMatchObject({ known: { reports: registered } });
    expect(job.result("commission/registered") !== undefined).toBe(registered === 1);
  });
});

import { isTcp } from "#agent/shell/serial/endpoint.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { explain } from "#protocol/errors/explain.ts";
import { meetPart } from "#scripts/install/discover/bootPart.ts";
import { factsFrom } from "#scripts/install/discover/fromFindings.ts";
import { type DiscoverOptions, HELP, optionsOf } from "#scripts/install/discover/options.ts";
import { type ListedPort, listPorts } from "#scripts/install/discover/ports.ts";
import { type PortReport, reportText } from "#scripts/install/discover/report.ts";
import { SearchLines } from "#scripts/install/discover/searchLines.ts";
import { CHIP_LINE, lineOrder } from "#scripts/install/discover/searchPlan.ts";
import { searchPort } from "#scripts/install/discover/searchPort.ts";
import { writeConfig } from "#scripts/install/discover/writeConfig.ts";

const PATIENCE_MS = 60;
const TCP_PATIENCE_MS = 160;
const LISTEN_MS = 300;

/** Gives the exit code. */
export async function runDiscover(argv: string[]): Promise<number> {
  try {
    const options = optionsOf(argv);
    if (options === "help") {
      console.log(HELP);
      return 0;
    }
    return await discover(options);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    console.error(explain(error));
    return error.code === "discover.badOption" ? 2 : 1;
  }
}

async function discover(options: DiscoverOptions): Promise<number> {
  const startMs = performance.now();
  const listed = options.ports === null ? await listPorts() : [];
  const ports = options.ports ?? listed.map(({ port, stable }) => stable ?? port);
  if (ports.length === 0) throw new CodedError("discover.noPorts");
  const reports = await searchAll(ports, options);
  for (const report of reports) console.error(reportText(report));
  const problems = problemsIn(reports, options.ports === null);
  const config = writeWhatIsKnown(options, reports, problems);
  const devices = reports.reduce((sum, { found, part }) => sum + found.length + (part ? 1 : 0), 0);
  const seconds = Number(((performance.now() - startMs) / 1_000).toFixed(1));
  const results = reports.map((report) => resultOf(report, listed));
  console.log(JSON.stringify({ ports: ports.length, devices, problems: problems.length, seconds, config, results }));
  return problems.length === 0 ? 0 : 1;
}

async function searchAll(ports: readonly string[], options: DiscoverOptions): Promise<PortReport[]> {
  const lines = new SearchLines(process.stderr, () => performance.now());
  const reports = await Promise.all(ports.map((port) => searchOne(port, options, lines)));
  lines.end();
  return reports;
}

async function searchOne(port: string, options: DiscoverOptions, lines: SearchLines): Promise<PortReport> {
  const { addresses, everyRate, bootloader, bauds } = options;
  const patienceMs = options.patienceMs ?? (isTcp(port) ? TCP_PATIENCE_MS : PATIENCE_MS);
  const findings = await searchPort({
    ...{ port, lines: lineOrder(bauds), addresses, everyRate, patienceMs, listenMs: LISTEN_MS },
    progress: (step) => lines.step(port, step),
  });
  if (!bootloader || findings.trouble?.code !== "discover.nothingAnswers") return { ...findings, part: null };
  const part = await meetPart(port, CHIP_LINE.baudRate).catch((error: unknown) => {
    if (error instanceof CodedError) return error;
    throw error;
  });
  if (part instanceof CodedError) return { ...findings, trouble: part, part: null };
  return { ...findings, trouble: part ? null : findings.trouble, part };
}

/** Of ports that nobody named, those without anything are no problem while there is something elsewhere. */
function problemsIn(reports: readonly PortReport[], listed: boolean): CodedError[] {
  const somewhere = reports.some(({ found, part }) => found.length > 0 || part !== null);
  return reports.flatMap(({ found, trouble }) => (trouble === null || (listed && somewhere && found.length === 0) ? [] : [trouble]));
}

/** The file's path; null where none is wanted, or a bus is not known whole. */
function writeWhatIsKnown({ write }: DiscoverOptions, reports: readonly PortReport[], problems: readonly CodedError[]): string | null {
  if (!write || problems.some(({ code }) => code !== "discover.unknownDevice")) return null;
  const file = writeConfig(factsFrom(reports, write.wish), write.folder, { force: write.force });
  console.error(`已写出配置 configuration written: ${file}`);
  return file;
}

function resultOf({ port, found, trouble, part }: PortReport, listed: readonly ListedPort[]): object {
  const maker = listed.find((each) => each.port === port || each.stable === port)?.maker ?? null;
  const devices = found.map(({ line, device }) => ({ ...(isTcp(port) ? {} : { line }), ...device }));
  return { port, maker, code: trouble?.code ?? null, detail: trouble?.detail ?? null, devices, part };
}

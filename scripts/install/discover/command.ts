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
    if (error.code === "discover.badOption") return 2;
    console.log(JSON.stringify({ ports: 0, devices: 0, problems: 1, code: error.code, detail: error.detail }));
    return 1;
  }
}

async function discover(options: DiscoverOptions): Promise<number> {
  const startMs = performance.now();
  const ports = await chosenPorts(options.ports);
  if (ports.length === 0) throw new CodedError("discover.noPorts");
  const reports = await searchAll(ports, options);
  for (const report of reports) console.error(reportText(report));
  const problems = problemsIn(reports, options.ports === null);
  const config = configOf(options, reports, problems);
  if (config instanceof CodedError) problems.push(config);
  const devices = reports.reduce((sum, { found, part }) => sum + found.length + (part ? 1 : 0), 0);
  const seconds = Number(((performance.now() - startMs) / 1_000).toFixed(1));
  const results = reports.map(resultOf);
  const codes = problems.map(({ code }) => code);
  const file = config instanceof CodedError ? null : config;
  console.log(JSON.stringify({ ports: ports.length, devices, problems: problems.length, codes, seconds, config: file, results }));
  return problems.length === 0 ? 0 : 1;
}

interface Chosen {
  port: string;
  listed: ListedPort | null;
}

/** Those that were named; else all, by the names that stay where there are such. */
async function chosenPorts(named: readonly string[] | null): Promise<Chosen[]> {
  const all = await listPorts();
  if (!named) return all.map((listed) => ({ port: listed.stable ?? listed.port, listed }));
  return named.map((port) => ({ port, listed: all.find((each) => each.port === port || each.stable === port) ?? null }));
}

async function searchAll(ports: readonly Chosen[], options: DiscoverOptions): Promise<PortReport[]> {
  const lines = new SearchLines(process.stderr, () => performance.now());
  const reports = await Promise.all(ports.map((port) => searchOne(port, options, lines)));
  lines.end();
  return reports;
}

async function searchOne({ port, listed }: Chosen, options: DiscoverOptions, lines: SearchLines): Promise<PortReport> {
  const { addresses, everyRate, bootloader, bauds } = options;
  const patienceMs = options.patienceMs ?? (isTcp(port) ? TCP_PATIENCE_MS : PATIENCE_MS);
  const findings = await searchPort({
    ...{ port, lines: lineOrder(bauds), addresses, everyRate, patienceMs, listenMs: LISTEN_MS },
    progress: (step) => lines.step(port, step),
  });
  if (!bootloader || findings.trouble?.code !== "discover.nothingAnswers") return { ...findings, part: null, listed };
  const part = await meetPart(port, CHIP_LINE.baudRate).catch((error: unknown) => {
    if (error instanceof CodedError) return error;
    throw error;
  });
  if (part instanceof CodedError) return { ...findings, trouble: part, part: null, listed };
  return { ...findings, trouble: part ? null : findings.trouble, part, listed };
}

/** Of ports that nobody named, those without anything are no problem while there is something elsewhere. */
function problemsIn(reports: readonly PortReport[], listed: boolean): CodedError[] {
  const somewhere = reports.some(({ found, part }) => found.length > 0 || part !== null);
  return reports.flatMap(({ found, trouble }) => (trouble === null || (listed && somewhere && found.length === 0) ? [] : [trouble]));
}

/** The file's path; null where none is wanted, or a bus is not known whole; or why it cannot be written. */
function configOf({ write }: DiscoverOptions, reports: readonly PortReport[], problems: readonly CodedError[]): string | CodedError | null {
  if (!write || problems.some(({ code }) => code !== "discover.unknownDevice")) return null;
  try {
    const file = writeConfig(factsFrom(reports, write.wish), write.folder, { force: write.force });
    console.error(`已写出配置 configuration written: ${file}`);
    return file;
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    console.error(explain(error));
    return error;
  }
}

function resultOf({ port, found, trouble, part, listed }: PortReport): object {
  const devices = found.map(({ line, device }) => ({ ...(isTcp(port) ? {} : { line }), ...device }));
  return { port, listed, code: trouble?.code ?? null, detail: trouble?.detail ?? null, devices, part };
}

/** A package's whole life on a clean Debian: installed, welding, killed, hanging, upgraded in mid-arc, removed, purged. */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, stringify } from "yaml";
import { verifyJournalFile } from "#agent/commands/verifyJournal.ts";
import { FORMAT } from "#agent/shell/store/journalSchema.ts";
import { VERSION } from "#agent/version.ts";
import { RELEASE_ENTRY } from "#protocol/release/releaseFile.ts";
import { BUNDLE } from "#scripts/build.ts";
import { hostArchitecture } from "#scripts/deploy/architectures.ts";
import { bundle } from "#scripts/deploy/bundle.ts";
import { makeFontsPackage, makePackage } from "#scripts/deploy/package.ts";
import { readKeys } from "#simulator/platform/keys.ts";
import { issueRelease } from "#simulator/platform/releaseIssuer.ts";
import { until } from "#simulator/stage/processes.ts";
import { startStage } from "#simulator/stage/stage.ts";
import { Bench, PATIENCE_MS } from "#test/agent/bench.ts";
import { Module } from "#test/chaos/deploy/module.ts";

/** What was seen, one property a step. */
export type Account = Record<string, string | number | boolean>;
type Say = (line: string) => void;

interface Trial {
  module: Module;
  bench: Bench;
  seen: Account;
  say: Say;
}

const UNITS = ["arcgate.service", "arcgate-clock.service"].map((name) => `/usr/lib/systemd/system/${name}`);
const NEXT = "9.0.0";
const TTY = "/dev/ttyTRIAL0";
/** The simulated line is a pty, which no real module has. */
const DROP_IN = "[Service]\nDeviceAllow=char-pts rw\n";

/** Throws at the first step that is not as it should be. */
export async function playDeploy(say: Say): Promise<Account> {
  const architecture = hostArchitecture();
  if (!architecture) throw new Error(`no package is made for ${process.arch}`);
  const folder = mkdtempSync(join(tmpdir(), "arcgate-module-"));
  const seen: Account = {};
  const bundles = await bundle(() => undefined);
  const nowS = Math.floor(Date.now() / 1000);
  const packages: string[] = [];
  for (const revision of ["1", "2"]) packages.push((await makePackage({ architecture, revision, folder, epochS: nowS, bundles })).file);
  const fonts = makeFontsPackage({ revision: "1", folder, epochS: nowS });
  say("packages made");
  const module = await Module.make(join(folder, "root"));
  const stage = await startStage({
    ...{
      folder: join(folder, "s"),
      agentScript: fileURLToPath(new URL("standIn.ts", import.meta.url)),
      models: ["ZX7-400"],
      listSize: 200,
    },
    agentConfig: { page: { host: "127.0.0.1", port: await freePort() } },
  });
  const trial: Trial = { module, bench: new Bench(stage), seen, say };
  try {
    for (const file of [...packages, fonts]) cpSync(file, join(module.root, "root", basename(file)));
    await module.boot({ [TTY]: realpathSync(stage.buses[0]?.tty ?? "") });
    const [first = "", second = ""] = packages.map((file) => `/root/${basename(file)}`);
    await install(trial, first);
    await label(trial, `/root/${basename(fonts)}`);
    await begin(trial);
    await killed(trial);
    await hanging(trial);
    await upgrade(trial, second);
    await release(trial);
    await drained(trial);
    await purge(trial);
  } catch (error) {
    const { out } = await module.run("sh", [
      "-c",
      "journalctl --no-pager -n 40 -u 'arcgate*'; systemctl --no-pager status arcgate; tail -n 20 /var/lib/arcgate/*.log*",
    ]);
    say(out);
    throw error;
  } finally {
    await module.destroy();
    await stage.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return seen;
}

async function install({ module, seen, say }: Trial, file: string): Promise<void> {
  await module.must("apt-get", "update");
  await module.must("apt-get", "install", "-y", "--no-install-recommends", file);
  seen.debian = (await module.must("cat", "/etc/debian_version")).trim();
  seen.node = await versionOf(module, "nodejs");
  seen.systemd = (await module.must("systemctl", "--version")).split("\n")[0] ?? "";
  hold("its user may use serial lines", / dialout\b/.test(` ${await module.must("id", "-nG", "arcgate")}`));
  hold("without a configuration it waits", (await module.property("ActiveState")) === "inactive");
  await module.must("systemd-analyze", "verify", ...UNITS);
  await module.must("udevadm", "verify", "/usr/lib/udev/rules.d/61-arcgate.rules");
  const score = await module.must("systemd-analyze", "security", "--no-pager", "arcgate.service");
  seen.exposure = Number(/exposure level for arcgate\.service: ([\d.]+)/i.exec(score)?.[1] ?? "NaN");
  say(`installed on Debian ${seen.debian} with nodejs ${seen.node}`);
}

/** The installer's tool works from the package too, with its fonts and without. */
async function label({ module, bench, say }: Trial, fonts: string): Promise<void> {
  const facts = ["--device", bench.device(), "--uid", "0123456789abcdef01234567", "--hotline", "12345", "--out", "/root/label"];
  const { code, out, err } = await module.run("arcgate-install", ["label", ...facts]);
  hold(`without fonts it says so: ${code} ${err}`, code === 1 && `${out}${err}`.includes("label.noFont"));
  await module.must("apt-get", "install", "-y", fonts);
  await module.must("arcgate-install", "label", ...facts);
  hold("a label is printed", existsSync(join(module.root, "root/label/label.pdf")));
  say("arcgate-install makes a label");
}

/** Configures and starts it as an installer does, and sees it guard its machine. */
async function begin({ module, bench, seen, say }: Trial): Promise<void> {
  const { configFile } = bench.stage;
  const config = parse(readFileSync(configFile, "utf8")) as { trust: { file: string }; buses: { port: string }[] } & Record<
    string,
    unknown
  >;
  cpSync(config.trust.file, join(module.root, "etc/arcgate/trust.json"));
  for (const bus of config.buses) bus.port = TTY;
  const changed = {
    ...config,
    data: "/var/lib/arcgate",
    trust: { file: "/etc/arcgate/trust.json" },
    log: { to: "file" },
    updates: { sessionWaitS: 0 },
  };
  writeFileSync(join(module.root, "etc/arcgate/arcgate.yaml"), stringify(changed), { mode: 0o640 });
  await module.must("chown", "-R", "root:arcgate", "/etc/arcgate");
  await module.must("chown", "root:dialout", TTY);
  await module.must("chmod", "0660", TTY);
  await module.must("mkdir", "-p", "/etc/systemd/system/arcgate.service.d");
  writeFileSync(join(module.root, "etc/systemd/system/arcgate.service.d/trial.conf"), DROP_IN);
  await module.must("systemctl", "daemon-reload");
  // Returns when the agent has said that it is ready.
  await module.must("systemctl", "start", "arcgate.service");
  hold("the clock's one-shot ran", (await module.property("Result", "arcgate-clock.service")) === "success");
  await bench.ready();
  const pid = await module.property("MainPID");
  const status = await module.must("cat", `/proc/${pid}/status`);
  hold(
    "it runs as its own user, without capabilities, filtered",
    /^Uid:\s+[1-9]/m.test(status) && /^CapEff:\s+0+$/m.test(status) && /^Seccomp:\s+2$/m.test(status),
  );
  seen.rssMb = Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024);
  const told = await until("it tells what it does", async () => statusOf(await module.property("StatusText")), PATIENCE_MS);
  say(`ready: ${told}`);
  await bench.energise();
}

/** In mid-arc: nothing opens, nobody scans again. */
async function killed({ module, bench, seen, say }: Trial): Promise<void> {
  const before = await burning(bench);
  await module.must("systemctl", "kill", "--signal=KILL", "--kill-whom=main", "arcgate.service");
  await restarted(module, 1);
  await bench.stateIs("energised");
  await stillBurning(bench, before);
  seen.killsSurvived = 1;
  await bench.tell({ do: "stop" });
  say("killed in mid-arc: the arc went on");
}

/** A process that stands still is ended by the watchdog, and the session goes on without a scan. */
async function hanging({ module, bench, seen, say }: Trial): Promise<void> {
  const { session } = await bench.stateIs("energised");
  const atMs = performance.now();
  await module.must("systemctl", "kill", "--signal=STOP", "--kill-whom=main", "arcgate.service");
  await restarted(module, 2);
  seen.hangEndedAfterS = Math.round((performance.now() - atMs) / 1000);
  const after = await bench.stateIs("energised");
  hold("the session goes on after a hang", after.session === session);
  say(`hung: started again after ${seen.hangEndedAfterS} s, the session goes on`);
}

async function upgrade({ module, bench, seen, say }: Trial, file: string): Promise<void> {
  const before = await burning(bench);
  const pid = await module.property("MainPID");
  await module.must("apt-get", "install", "-y", "--no-install-recommends", file);
  hold("another process runs", (await module.property("MainPID")) !== pid);
  seen.upgradedTo = await versionOf(module, "arcgate");
  await bench.stateIs("energised");
  await stillBurning(bench, before);
  await bench.tell({ do: "stop" });
  say(`upgraded to ${seen.upgradedTo} in mid-arc: the arc went on`);
}

/** A signed release takes over by exit code 75, under the unit's own restrictions. */
async function release({ module, bench, seen, say }: Trial): Promise<void> {
  const before = await bench.truthWhen("the arc is out", ({ welding, arcing }) => !welding && !arcing);
  const restarts = Number(await module.property("NRestarts"));
  const program = readFileSync(BUNDLE, "utf8").replaceAll(VERSION, NEXT);
  const about = { version: NEXT, issuedMs: Date.now(), journalFormat: FORMAT, target: "module" as const };
  const files = [{ name: RELEASE_ENTRY.module, bytes: new TextEncoder().encode(program) }];
  const file = "var/lib/arcgate/next.release";
  writeFileSync(join(module.root, file), issueRelease(readKeys(bench.stage.platformData), about, files));
  const update = ["/usr/bin/arcgate", "update", "--config", "/etc/arcgate/arcgate.yaml", "--file", `/${file}`];
  await module.must("runuser", "-u", "arcgate", "--", ...update);
  await bench.event("updateConfirmed", 0, ({ payload }) => payload.to === NEXT);
  await restarted(module, restarts + 1);
  await bench.stateIs("energised");
  const { opens, mirrorClosed } = await bench.truth();
  hold("the session went over to the release", mirrorClosed && opens.length === before.opens.length);
  seen.release = NEXT;
  say(`the release ${NEXT} took over and was confirmed`);
}

async function drained({ bench, seen }: Trial): Promise<void> {
  const truth = await bench.truthWhen("the arc is out", ({ welding, arcing }) => !welding && !arcing);
  await bench.arcsAre(truth);
  await bench.drained();
  const objections = await bench.objections();
  hold(`the platform holds everything once: ${objections.join("; ")}`, objections.length === 0);
  seen.arcs = truth.arcs;
}

async function purge({ module, seen, say }: Trial): Promise<void> {
  const data = join(module.root, "var/lib/arcgate");
  await module.must("apt-get", "remove", "-y", "arcgate");
  hold("removing keeps data", existsSync(join(data, "journal.sqlite")) && existsSync(join(data, "device.key")));
  await module.must("apt-get", "purge", "-y", "arcgate");
  const left = readdirSync(data);
  const [kept = ""] = left;
  hold(`purging keeps the journal alone: ${left.join(" ")}`, left.length === 1 && kept.startsWith("kept-"));
  hold("it says why", readFileSync(join(data, kept, "README"), "utf8").includes("legal evidence"));
  hold("keys of the chip stay", existsSync(join(module.root, "etc/arcgate/arcgate.yaml")));
  seen.journalKept = verifyJournalFile({ path: join(data, kept, "journal.sqlite"), anchors: [], json: true }) === 0;
  hold("the kept journal holds", seen.journalKept);
  say("purged: the journal was kept");
}

async function versionOf(module: Module, name: string): Promise<string> {
  return /^Version: (.*)$/m.exec(await module.must("dpkg", "--status", name))?.[1] ?? "";
}

async function burning(bench: Bench): Promise<{ opens: number; arcs: number }> {
  await bench.tell({ do: "weld", rods: 1, rodS: 300 });
  const { opens, arcs } = await bench.truthWhen("an arc", ({ arcing }) => arcing);
  return { opens: opens.length, arcs };
}

async function stillBurning(bench: Bench, before: { opens: number; arcs: number }): Promise<void> {
  const { opens, arcs, arcing, mirrorClosed } = await bench.truth();
  hold("the arc went on", arcing && mirrorClosed && opens.length === before.opens && arcs === before.arcs);
}

async function restarted(module: Module, times: number): Promise<void> {
  const isBack = async () => Number(await module.property("NRestarts")) >= times && (await module.property("SubState")) === "running";
  await until(`restart ${times} by systemd`, isBack, PATIENCE_MS);
}

function statusOf(text: string): string | null {
  return text.includes("on line") ? text : null;
}

function hold(what: string, isSo: boolean): void {
  if (!isSo) throw new Error(`not so: ${what}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

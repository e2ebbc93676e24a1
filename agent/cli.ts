/** `arcgate COMMAND`: what an installer types. Commands are loaded when asked for, so that `run` starts fast. */
import { parseArgs } from "node:util";
import { CodedError } from "#protocol/errors/codedError.ts";
import { explain } from "#protocol/errors/explain.ts";

const HELP = `焊闸 arcgate — 持证扫码，方可起弧 / no arc without a licence

用法 Usage: arcgate <命令 command> [选项 options]

  run    --config FILE          运行 / run the agent
  status --config FILE [--json] 状态 / what each machine does, and what waits for the platform
  doctor --config FILE          自检 / check port, chip, clock, disk, list, broker, and say what to do
  verify TEXT [--trust FILE] [--key HEX] [--json]
                                离线核验焊机的授权凭据 / check a machine's receipt (its AG1I code; - reads it from stdin), without a network
  verify --journal FILE [--anchor SEQ:HASH[@DEVICE]]… [--json]
                                核验日志文件 / check a journal's file, row by row, and against heads that the chip or the platform
                                vouches for; a copy, or with the agent stopped
  update --config FILE [--file RELEASE]
                                升级 / stage a signed release, which takes over when no arc burns; without a file: what runs, and what is staged
  floor --config FILE           时间下限 / the least that this module knows the time to be, in seconds since 1970; with the agent stopped
  --help                        本说明 / this text

退出码 Exit codes: 0 正常 ok · 1 有问题 a check failed · 2 用法或配置错误 usage or configuration · 75 升级，须立即重启 restart at once, for an update`;

interface Options {
  config: string;
  json: boolean;
  /** Of `verify`. */
  text: string | undefined;
  trust: string | undefined;
  key: string | undefined;
  journal: string | undefined;
  anchor: readonly string[];
  /** Of `update`. */
  file: string | undefined;
}

const COMMANDS: Readonly<Record<string, () => Promise<(options: Options) => number | Promise<number>>>> = {
  run: async () => (await import("#agent/commands/run.ts")).run,
  status: async () => (await import("#agent/commands/status.ts")).status,
  doctor: async () => (await import("#agent/commands/doctor.ts")).doctor,
  update: async () => (await import("#agent/commands/update.ts")).update,
  floor: async () => (await import("#agent/commands/floor.ts")).floor,
  verify: async () => (await import("#agent/commands/verify.ts")).verify,
};

/** Returns the exit code. */
export async function runCli(argv: readonly string[]): Promise<number> {
  try {
    const parsed = readArguments(argv);
    const load = parsed.command === undefined ? undefined : COMMANDS[parsed.command];
    if (parsed.help || !parsed.command) {
      console.log(HELP);
      return parsed.help ? 0 : 2;
    }
    if (!load) throw new CodedError("config.usage", parsed.command);
    const command = await load();
    return await command(parsed);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    console.error(explain(error));
    return 2;
  }
}

function readArguments(argv: readonly string[]): Options & { command: string | undefined; help: boolean } {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        config: { type: "string", short: "c", default: "arcgate.yaml" },
        json: { type: "boolean", default: false },
        trust: { type: "string" },
        key: { type: "string" },
        journal: { type: "string" },
        file: { type: "string" },
        anchor: { type: "string", multiple: true, default: [] },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    const [command, text] = positionals;
    const most = command === "verify" ? 2 : 1;
    if (positionals.length > most) throw new CodedError("config.usage", positionals.slice(most).join(" "));
    return { ...values, command, text, trust: values.trust, key: values.key, journal: values.journal, file: values.file };
  } catch (error) {
    if (error instanceof CodedError) throw error;
    throw new CodedError("config.usage", (error as Error).message, { cause: error });
  }
}

/** `arcgate COMMAND`: what an installer types. Commands are loaded when asked for, so that `run` starts fast. */
import { parseArgs } from "node:util";
import { CodedError } from "#protocol/errors/codedError.ts";
import { ERRORS } from "#protocol/errors/registry.ts";

const HELP = `焊闸 arcgate — 持证扫码，方可起弧 / no arc without a licence

用法 Usage: arcgate <命令 command> [选项 options]

  run    --config FILE          运行 / run the agent
  status --config FILE [--json] 状态 / what each machine does, and what waits for the platform
  doctor --config FILE          自检 / check port, chip, clock, disk, list, broker, and say what to do
  --help                        本说明 / this text

退出码 Exit codes: 0 正常 ok · 1 有问题 a check failed · 2 用法或配置错误 usage or configuration`;

interface Options {
  config: string;
  json: boolean;
}

const COMMANDS: Readonly<Record<string, () => Promise<(options: Options) => Promise<number>>>> = {
  run: async () => (await import("#agent/commands/run.ts")).run,
  status: async () => (await import("#agent/commands/status.ts")).status,
  doctor: async () => (await import("#agent/commands/doctor.ts")).doctor,
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
    const text = ERRORS[error.code];
    console.error(`${text.zh}：${error.detail}\n  ${text.remedyZh}\n${error.message}\n  ${text.remedyEn}`);
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
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (positionals.length > 1) throw new CodedError("config.usage", positionals.slice(1).join(" "));
    return { ...values, command: positionals[0] };
  } catch (error) {
    if (error instanceof CodedError) throw error;
    throw new CodedError("config.usage", (error as Error).message, { cause: error });
  }
}

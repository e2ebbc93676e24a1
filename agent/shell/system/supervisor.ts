/**
 * Speaks to systemd (sd_notify). Node has no datagram sockets of the kind that it listens on, so one small child carries the words, for as
 * long as the agent runs: perl, which every Debian has. A `systemd-notify` for each word costs a hundred times as much.
 */
import { type ChildProcess, spawn } from "node:child_process";
import type { Supervisor } from "#agent/ports.ts";

const CARRIER = `
use Socket;
my $to = $ENV{NOTIFY_SOCKET};
$to =~ s/^@/\\0/;
socket(my $socket, AF_UNIX, SOCK_DGRAM, 0) or exit 1;
my $address = sockaddr_un($to);
while (<STDIN>) { chomp; tr/\\t/\\n/; send($socket, $_, 0, $address) }
`;
/** A carrier that takes nothing is as good as none: then the supervisor acts. */
const WAITING_MAX_BYTES = 4_096;

interface SupervisorLog {
  warn(fields: object, message: string): void;
}

/** Null where no supervisor wants to hear anything. */
export function openSupervisor(env: NodeJS.ProcessEnv, log: SupervisorLog): Supervisor | null {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: patienceUs } = env;
  if (socket === undefined || socket === "") return null;
  const patienceMs = Number(patienceUs) / 1000;
  return new Systemd(env, patienceMs > 0 ? patienceMs : null, log);
}

class Systemd implements Supervisor {
  readonly patienceMs: number | null;
  readonly #env: NodeJS.ProcessEnv;
  readonly #log: SupervisorLog;
  #carrier: ChildProcess | null = null;

  constructor(env: NodeJS.ProcessEnv, patienceMs: number | null, log: SupervisorLog) {
    this.#env = env;
    this.patienceMs = patienceMs;
    this.#log = log;
  }

  tell(words: readonly string[]): void {
    const { stdin } = this.#carrier ?? this.#start();
    if (!stdin || stdin.writableLength > WAITING_MAX_BYTES) return;
    stdin.write(`${words.join("\t")}\n`);
  }

  /** It ends with its input, which ends with this process. One that is gone is started again for the next word. */
  #start(): ChildProcess {
    const carrier = spawn("perl", ["-e", CARRIER], { stdio: ["pipe", "ignore", "inherit"], env: this.#env });
    const gone = (detail: string): void => {
      if (this.#carrier !== carrier) return;
      this.#carrier = null;
      this.#log.warn({ detail }, "nothing reaches the supervisor");
    };
    carrier.on("error", (error) => gone(error.message));
    carrier.on("exit", (code, signal) => gone(`perl ended: ${code ?? signal}`));
    carrier.stdin?.on("error", (error) => gone(error.message));
    carrier.unref();
    this.#carrier = carrier;
    return carrier;
  }
}

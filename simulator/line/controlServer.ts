import { CodedError } from "#protocol/errors/codedError.ts";
import { ERRORS } from "#protocol/errors/registry.ts";
import { LineServer } from "#simulator/line/lineServer.ts";

/** Newline JSON commands → newline JSON replies: `{"ok":true,"result":…}` or `{"ok":false,"error":{code,detail,en,zh}}`. Throws `chip.pathTaken`. */
export function openControl(path: string, run: (command: unknown) => unknown): Promise<LineServer> {
  return LineServer.open(path, (line, answer) => answer(JSON.stringify(reply(line, run))));
}

function reply(line: string, run: (command: unknown) => unknown): object {
  try {
    return { ok: true, result: run(parse(line)) };
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    const { en, zh } = ERRORS[error.code];
    return { ok: false, error: { code: error.code, detail: error.detail, en, zh } };
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new CodedError("chip.badCommand", "not JSON");
  }
}

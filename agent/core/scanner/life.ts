/** The module's life: opened, configured, triggered again and again, and opened anew when it is gone or deaf. */
import {
  ANSWER_MS,
  DEAF_REOPEN_MOST_MS,
  type LifeInput,
  MISSES_ALLOWED,
  NEXT_CODE_MS,
  REOPEN_MS,
  type ScannerEffect,
  type ScannerLife,
  type ScannerState,
} from "#agent/core/scanner/state.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";
import type { ScannerCommand, ScannerModel } from "#protocol/scanner/model.ts";

export interface ScannerChange {
  readonly state: ScannerState;
  readonly effects: readonly ScannerEffect[];
}

type Commanding = Extract<ScannerLife, { exchange: unknown }>;
type Of<A extends ScannerLife["at"]> = Extract<ScannerLife, { at: A }>;

export function stepLife(state: ScannerState, input: LifeInput, model: ScannerModel, nowMs: number): ScannerChange {
  const { life } = state;
  if (life.at === "closed") return unchanged(state);
  if (input.type === "close") return close(state, model);
  if (input.type === "lost" && life.at !== "recovering") {
    return recover(state, { code: "link.portMissing", detail: input.reason, afterMs: REOPEN_MS }, nowMs);
  }
  switch (life.at) {
    case "opening":
      return input.type === "opened" ? command(state, { at: "configuring", index: 0 }, model, nowMs) : unchanged(state);
    case "configuring":
    case "triggering":
      return commanding(state, life, input, model, nowMs);
    case "reading":
      return reading(state, life, input, model, nowMs);
    case "recovering":
      if (input.type !== "tick" || nowMs < life.openAtMs) return unchanged(state);
      return { state: { ...state, life: { at: "opening" } }, effects: [{ type: "open" }] };
  }
}

function commanding(state: ScannerState, life: Commanding, input: LifeInput, model: ScannerModel, nowMs: number): ScannerChange {
  const { at, index } = life;
  const next = () => command(state, { at, index: index + 1 }, model, nowMs);
  switch (input.type) {
    case "answer":
      if (life.exchange.at !== "answering") return unchanged(state);
      if (input.means === "done") return next();
      // A trigger that is refused is sent again in its time; a setting that a module does not know is left as it is.
      return at === "configuring"
        ? withEffects(next(), { type: "refused", command: commandOf(life, model)?.name ?? "" })
        : unchanged(state);
    case "code":
      // Who reads is not deaf. Noise proves nothing: so do answers look at the wrong baud rate.
      return unchanged(input.readable ? { ...state, life: { ...life, misses: 0 } } : state);
    case "tick":
      if (life.exchange.at === "waking") return nowMs < life.exchange.sendAtMs ? unchanged(state) : send(state, life, model, nowMs);
      return nowMs < life.exchange.deadlineMs ? unchanged(state) : missed(state, life, model, nowMs);
    default:
      return unchanged(state);
  }
}

function missed(state: ScannerState, life: Commanding, model: ScannerModel, nowMs: number): ScannerChange {
  const misses = life.misses + 1;
  if (misses < MISSES_ALLOWED) return command(state, { ...life, misses }, model, nowMs);
  const deafTimes = state.deafTimes + 1;
  const afterMs = Math.min(DEAF_REOPEN_MOST_MS, REOPEN_MS * 2 ** Math.min(deafTimes, 16));
  const detail = `${commandOf(life, model)?.name ?? ""}: no answer`;
  const { state: next, effects } = recover({ ...state, deafTimes }, { code: "scanner.deaf", detail, afterMs }, nowMs);
  return { state: next, effects: [{ type: "close" }, ...effects] };
}

function reading(state: ScannerState, life: Of<"reading">, input: LifeInput, model: ScannerModel, nowMs: number): ScannerChange {
  if (life.triggerAtMs === null) return unchanged(state);
  if (input.type === "code") {
    const triggerAtMs = Math.min(life.triggerAtMs, nowMs + NEXT_CODE_MS);
    return unchanged({ ...state, life: { at: "reading", triggerAtMs } });
  }
  if (input.type !== "tick" || nowMs < life.triggerAtMs) return unchanged(state);
  return command(state, { at: "triggering", index: 0 }, model, nowMs);
}

/** The nth command, or what comes after the last one. */
function command(
  state: ScannerState,
  { at, index, misses = 0 }: { at: Commanding["at"]; index: number; misses?: number },
  model: ScannerModel,
  nowMs: number,
): ScannerChange {
  const wanted = { at, index, misses };
  if (!commandOf(wanted, model))
    return at === "configuring" ? command(state, { at: "triggering", index: 0 }, model, nowMs) : read(state, model, nowMs);
  if (!model.wake) return send(state, wanted, model, nowMs);
  const exchange = { at: "waking", sendAtMs: nowMs + model.wake.pauseMs } as const;
  return { state: { ...state, life: { ...wanted, exchange } }, effects: [{ type: "write", bytes: model.wake.bytes }] };
}

function send(state: ScannerState, { at, index, misses }: Omit<Commanding, "exchange">, model: ScannerModel, nowMs: number): ScannerChange {
  const wanted = commandOf({ at, index }, model);
  if (!wanted) return read(state, model, nowMs);
  const effect: ScannerEffect = { type: "write", bytes: wanted.bytes };
  const life = { at, index, misses, exchange: { at: "answering", deadlineMs: nowMs + ANSWER_MS } } as const;
  if (wanted.answered) return { state: { ...state, life }, effects: [effect] };
  const { state: next, effects } = command(state, { at, index: index + 1 }, model, nowMs);
  return { state: next, effects: [effect, ...effects] };
}

function read(state: ScannerState, { name, armedMs }: ScannerModel, nowMs: number): ScannerChange {
  const life = { at: "reading", triggerAtMs: armedMs === null ? null : nowMs + armedMs } as const;
  return report({ ...state, life, deafTimes: 0 }, null, name);
}

interface Failure {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly afterMs: number;
}

function recover(state: ScannerState, { code, detail, afterMs }: Failure, nowMs: number): ScannerChange {
  return report({ ...state, life: { at: "recovering", openAtMs: nowMs + afterMs } }, code, detail);
}

function close(state: ScannerState, { stop }: ScannerModel): ScannerChange {
  const isOpen = state.life.at === "configuring" || state.life.at === "triggering" || state.life.at === "reading";
  const effects: ScannerEffect[] = stop && isOpen ? [{ type: "write", bytes: stop.bytes }] : [];
  return { state: { ...state, life: { at: "closed" } }, effects: [...effects, { type: "close" }] };
}

function report(state: ScannerState, code: ErrorCode | null, detail: string): ScannerChange {
  if (state.health === code) return unchanged(state);
  return { state: { ...state, health: code }, effects: [{ type: "health", code, detail }] };
}

function commandOf({ at, index }: Pick<Commanding, "at" | "index">, model: ScannerModel): ScannerCommand | undefined {
  return (at === "configuring" ? model.configure : model.arm)[index];
}

function withEffects({ state, effects }: ScannerChange, first: ScannerEffect): ScannerChange {
  return { state, effects: [first, ...effects] };
}

function unchanged(state: ScannerState): ScannerChange {
  return { state, effects: [] };
}

/** One step of a scanner: bytes become texts and answers, and these move the module's life on. */
import { EMPTY_FRAME, type Found, readBytes, readGap } from "#agent/core/scanner/framing.ts";
import { type ScannerChange, stepLife } from "#agent/core/scanner/life.ts";
import { noteText } from "#agent/core/scanner/repeats.ts";
import type { ScannerEffect, ScannerInput, ScannerState } from "#agent/core/scanner/state.ts";
import type { ScannerModel } from "#protocol/scanner/model.ts";

const DISCARDED = { repeated: "scanner.repeated", tooMany: "scanner.tooMany" } as const;

export function stepScanner(state: ScannerState, input: ScannerInput, model: ScannerModel, nowMs: number): ScannerChange {
  switch (input.type) {
    case "bytes": {
      const { frame, found } = readBytes(state.frame, input.bytes, model, nowMs);
      return takeAll({ ...state, frame }, found, model, nowMs);
    }
    case "tick": {
      const { frame, found } = readGap(state.frame, model, nowMs);
      const read = takeAll({ ...state, frame }, found, model, nowMs);
      return after(read, stepLife(read.state, input, model, nowMs));
    }
    case "opened":
    case "lost":
    case "close":
      // What an earlier connection left half said is nobody's.
      return stepLife({ ...state, frame: EMPTY_FRAME }, input, model, nowMs);
  }
}

function takeAll(state: ScannerState, found: readonly Found[], model: ScannerModel, nowMs: number): ScannerChange {
  let change: ScannerChange = { state, effects: [] };
  for (const item of found) change = after(change, take(change.state, item, model, nowMs));
  return change;
}

function take(state: ScannerState, item: Found, model: ScannerModel, nowMs: number): ScannerChange {
  switch (item.type) {
    case "answer":
      return stepLife(state, item, model, nowMs);
    case "discarded":
      return after({ state, effects: [item] }, stepLife(state, { type: "code", readable: false }, model, nowMs));
    case "text": {
      const { text } = item;
      const { recent, verdict } = noteText(state.recent, text, nowMs);
      const effect: ScannerEffect =
        verdict === "new" ? { type: "text", text } : { type: "discarded", code: DISCARDED[verdict], bytes: text.length };
      return after({ state, effects: [effect] }, stepLife({ ...state, recent }, { type: "code", readable: true }, model, nowMs));
    }
  }
}

function after(first: ScannerChange, { state, effects }: ScannerChange): ScannerChange {
  return { state, effects: [...first.effects, ...effects] };
}

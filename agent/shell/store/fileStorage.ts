import { CodedError } from "#protocol/errors/codedError.ts";

/** Runs file operations of signed files: what the disk refuses becomes `list.storage`, other coded errors pass. */
export function onDisk<T>(operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    throw asStorageFault(error);
  }
}

export function asStorageFault(error: unknown): CodedError {
  if (error instanceof CodedError) return error;
  return new CodedError("list.storage", error instanceof Error ? error.message : String(error), { cause: error });
}

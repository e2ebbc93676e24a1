/** What is known of each file, and which is next. */
import type { FileFetch, FileName, KeptFile } from "#agent/core/fileFetch/state.ts";

function isSame(left: FileName, right: FileName): boolean {
  return left.kind === right.kind && left.device === right.device;
}

export function keptOf(fetch: FileFetch, name: FileName): KeptFile | undefined {
  return fetch.files.find((file) => isSame(file, name));
}

export function changeFiles(fetch: FileFetch, which: (file: KeptFile) => boolean, change: Partial<KeptFile>): FileFetch {
  return { ...fetch, files: fetch.files.map((file) => (which(file) ? { ...file, ...change } : file)) };
}

export function changeFile(fetch: FileFetch, name: FileName, change: Partial<KeptFile>): FileFetch {
  return changeFiles(fetch, (file) => isSame(file, name), change);
}

/** Of the files that are wanted the smallest kind, but one that is not answered lets the others go first. */
export function nextWanted({ files }: FileFetch): KeptFile | undefined {
  let next: KeptFile | undefined;
  for (const file of files) if (file.wanted && (!next || file.misses < next.misses)) next = file;
  return next;
}

/** Whether a smaller kind waits behind a transfer. */
export function isOvertaken(fetch: FileFetch, name: FileName): boolean {
  const own = fetch.files.findIndex((file) => isSame(file, name));
  return fetch.files.some((file, index) => index < own && file.wanted && file.misses === 0 && file.kind !== name.kind);
}

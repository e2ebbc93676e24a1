/** A search for what no device may keep or send: ID numbers, certificate numbers (T and an ID number), names. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseIdNumber } from "#protocol/codes/gb11643.ts";

/** As long as an ID number in base64, and the texts that a signed file travels in. */
const BASE64 = /[A-Za-z0-9+/_-]{24,}={0,2}/g;
/** Not within a longer run of digits: that is a time or a count. Before it may stand the T of a certificate's number. */
const ID_NUMBER = /(?<![0-9])[1-9][0-9]{16}[0-9Xx](?![0-9])/g;

/** What is found in a text or file, read as it is and with everything decoded that looks like base64. */
export function personalDataIn(bytes: Uint8Array, names: readonly string[]): string[] {
  const text = Buffer.from(bytes).toString("latin1");
  const decoded = [...text.matchAll(BASE64)].map(([run]) => Buffer.from(run, "base64").toString("latin1"));
  return [text, ...decoded].flatMap((part) => [...idNumbersIn(part), ...names.filter((name) => isNamed(part, name))]);
}

function idNumbersIn(text: string): string[] {
  return [...text.matchAll(ID_NUMBER)].map(([found]) => found.toUpperCase()).filter(isIdNumber);
}

function isIdNumber(text: string): boolean {
  try {
    parseIdNumber(text);
    return true;
  } catch {
    return false;
  }
}

/** In UTF-8, or as JSON may write it. */
function isNamed(latin1: string, name: string): boolean {
  const escaped = [...name].map((sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
  return latin1.includes(Buffer.from(name).toString("latin1")) || latin1.toLowerCase().includes(escaped);
}

/** Each file below a folder in which something is found, with what. Sockets and terminals hold nothing. */
export function filesWithPersonalData(folder: string, names: readonly string[]): { searched: string[]; found: [string, string[]][] } {
  const searched = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => isFile(join(folder, path)));
  const found = searched.map((path): [string, string[]] => [path, personalDataIn(readFileSync(join(folder, path)), names)]);
  return { searched, found: found.filter(([, what]) => what.length > 0) };
}

/** Each page that the agent serves for one of its machines, and what is found in it. */
export async function pagesWithPersonalData(page: string, device: string, names: readonly string[]): Promise<[string, string[]][]> {
  const paths = ["/", "/?lang=en", "/api/status", `/display/${device}`, `/inspect/${device}`, `/api/challenge?machine=${device}`];
  return Promise.all(
    paths.map(async (path): Promise<[string, string[]]> => {
      const answer = await fetch(page + path);
      if (!answer.ok) throw new RangeError(`${path} is no page: ${answer.status}`);
      return [path, personalDataIn(Buffer.from(await answer.arrayBuffer()), names)];
    }),
  );
}

function isFile(path: string): boolean {
  const status = statSync(path, { throwIfNoEntry: false });
  return status?.isFile() === true;
}

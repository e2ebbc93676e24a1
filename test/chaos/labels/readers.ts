/** Two readers that are nobody's of ours: zbar and ZXing, each as its command. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
const OUTPUT_BYTES = 16 * 1024 * 1024;

export type Reader = "zbar" | "zxing";

/** What a reader made of each file, in the order of `files`: nothing where it found no QR code. */
type Read = (files: readonly string[]) => Promise<string[][]>;

export const READERS: Readonly<Record<Reader, Read>> = { zbar: readByZbar, zxing: readByZxing };

/** zbarimg ends with 4 when a picture had no code. */
async function readByZbar(files: readonly string[]): Promise<string[][]> {
  const xml = await outputOf("zbarimg", ["--xml", "-q", "--nodbus", "-Sdisable", "-Sqrcode.enable", ...files], [0, 4]);
  const sources = xml.split("<source href='").slice(1);
  return files.map((file) => {
    const source = sources.find((text) => text.startsWith(`${file}'`)) ?? "";
    return Array.from(source.matchAll(/<data><!\[CDATA\[(.*?)\]\]><\/data>/g), ([, text]) => text ?? "");
  });
}

async function readByZxing(files: readonly string[]): Promise<string[][]> {
  const lines = (await outputOf("ZXingReader", ["-1", "-format", "QRCode", ...files], [0])).split("\n");
  return files.map((file) =>
    lines.flatMap((line) => {
      const found = line.startsWith(`${file} QRCode "`) ? /"(.*)"$/.exec(line.slice(file.length)) : null;
      return found ? [found[1] ?? ""] : [];
    }),
  );
}

async function outputOf(program: string, args: readonly string[], goodCodes: readonly number[]): Promise<string> {
  try {
    return (await run(program, args, { maxBuffer: OUTPUT_BYTES })).stdout;
  } catch (error) {
    const { code, stdout } = error as { code?: unknown; stdout?: string };
    if (typeof code === "number" && goodCodes.includes(code) && stdout !== undefined) return stdout;
    throw error;
  }
}

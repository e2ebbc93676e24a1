import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const COPIED = ["agent", "protocol", "simulator", "scripts", "test"];
const SETTINGS = ["package.json", "tsconfig.json", ".dependency-cruiser.cjs", ".oxlintrc.json"];

/** A copy of the sources in which a test may plant what it likes. */
export class TemporaryCopy {
  readonly root = mkdtempSync(join(tmpdir(), "arcgate-architecture-"));

  constructor() {
    for (const name of [...COPIED, ...SETTINGS]) {
      cpSync(name, join(this.root, name), { recursive: true, filter: (path) => !path.includes("vectors") && !path.endsWith(".csv") });
    }
    symlinkSync(join(process.cwd(), "node_modules"), join(this.root, "node_modules"));
  }

  /** Writes a file that must not exist yet. */
  plant(path: string, text: string): void {
    const file = join(this.root, path);
    if (existsSync(file)) throw new Error(`${path} is there already`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  /** Adds to a file that is there. */
  append(path: string, text: string): void {
    appendFileSync(join(this.root, path), text);
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

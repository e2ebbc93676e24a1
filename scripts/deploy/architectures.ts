/** The modules that a package is made for. */

export interface Architecture {
  /** As Debian calls it. */
  readonly name: "amd64" | "arm64" | "armhf";
  /** As Node calls it. */
  readonly node: string;
  /** Of the compiler. */
  readonly triplet: string;
  /** What @serialport/bindings-cpp ships for it. */
  readonly serialPrebuild: string;
  /** Of ELF: class and machine, as they stand in the first bytes of what is built for it. */
  readonly elf: { readonly class: 1 | 2; readonly machine: number };
}

export const ARCHITECTURES: readonly Architecture[] = [
  {
    name: "amd64",
    node: "x64",
    triplet: "x86_64-linux-gnu",
    serialPrebuild: "linux-x64/@serialport+bindings-cpp.glibc.node",
    elf: { class: 2, machine: 62 },
  },
  {
    name: "arm64",
    node: "arm64",
    triplet: "aarch64-linux-gnu",
    serialPrebuild: "linux-arm64/@serialport+bindings-cpp.armv8.glibc.node",
    elf: { class: 2, machine: 183 },
  },
  {
    name: "armhf",
    node: "arm",
    triplet: "arm-linux-gnueabihf",
    serialPrebuild: "linux-arm/@serialport+bindings-cpp.armv7.glibc.node",
    elf: { class: 1, machine: 40 },
  },
];

/** Of this computer, if a package is made for it. */
export function hostArchitecture(): Architecture | undefined {
  return ARCHITECTURES.find(({ node }) => node === process.arch);
}

/** Throws when the file is none of this architecture: a package may not ship what cannot run. */
export function checkElf(bytes: Buffer, { name, elf }: Architecture, file: string): void {
  const isElf = bytes.subarray(0, 4).equals(Buffer.from("\x7fELF", "latin1"));
  if (isElf && bytes[4] === elf.class && bytes.readUInt16LE(18) === elf.machine) return;
  throw new Error(`${file} is not built for ${name}`);
}

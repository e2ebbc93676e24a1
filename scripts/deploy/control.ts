/** What Debian is told of each package. */
import type { Control } from "#scripts/deploy/deb.ts";

export function moduleControl(version: string, architecture: string): Control {
  const fields = `Depends: nodejs (>= 20.19), nodejs (<< 21), libc6 (>= 2.34), libstdc++6 (>= 11), systemd (>= 252), udev, init-system-helpers (>= 1.54)
Recommends: ca-certificates
Suggests: arcgate-fonts
Section: net
Description: access control for electric welding machines
 The machine is energised only after a welder with a valid certificate has
 scanned in; every arc is measured, and every fact reaches the provincial
 platform, complete and once. It works the same with the network gone.
 .
 Its machine code is built for Node 20 alone. Debian 13 has it; on Debian 12
 a package nodejs 20 must come from elsewhere.`;
  return { name: "arcgate", version, architecture, fields, hasScripts: true };
}

export function fontsControl(version: string): Control {
  const fields = `Enhances: arcgate
Section: fonts
Description: Chinese fonts for the labels and reports of arcgate-install
 Where labels and reports are made as PDF. A machine is guarded without them.`;
  return { name: "arcgate-fonts", version, architecture: "all", fields, hasScripts: false };
}

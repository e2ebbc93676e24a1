/** /usr/share/doc/arcgate/copyright: whose work is in the package, and under what terms. */
import { licenceOf, type NodePackage } from "#scripts/deploy/nodePackages.ts";

/** `modules` are of the bundles, `native` the packages beside them. */
export function copyrightFile(packages: readonly NodePackage[]): Buffer {
  const byName = new Map(packages.map((one) => [`${one.name} ${one.version}`, one]));
  const parts = [...byName.keys()].sort().flatMap((title) => {
    const one = byName.get(title);
    return one ? [`${"-".repeat(100)}\n${title} (${one.license})\n\n${licenceOf(one) ?? "No licence text is shipped with it."}\n`] : [];
  });
  const own =
    "arcgate is not licensed to the public; its owner says who may use it.\n\nIt holds these packages of others, whole or in part:\n";
  return Buffer.from([own, ...parts].join("\n"));
}

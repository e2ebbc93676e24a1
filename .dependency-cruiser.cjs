/**
 * Who may import whom. Order: protocol → core → ports → {runtime | shells} → compose → {main, cli, commands};
 * beside it protocol → simulator; scripts above; test on top. test/architecture plants a violation of each rule and sees it caught.
 */
const OURS = "^(agent|protocol|simulator|scripts|test)/";

const forbid = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });

module.exports = {
  forbidden: [
    forbid("protocol-stands-alone", "protocol imports nothing of ours", { path: "^protocol/" }, { path: OURS, pathNot: "^protocol/" }),
    forbid(
      "protocol-is-pure",
      "only protocol/crypto.ts touches Node's built-in modules",
      { path: "^protocol/", pathNot: "^protocol/crypto\\.ts$" },
      { dependencyTypes: ["core"] },
    ),
    forbid(
      "core-imports-protocol",
      "core knows protocol and core only",
      { path: "^agent/core/" },
      { path: OURS, pathNot: "^(protocol|agent/core)/" },
    ),
    forbid(
      "core-is-pure",
      "core decides: no built-in module, no package",
      { path: "^agent/core/" },
      { dependencyTypes: ["core", "npm", "npm-dev", "npm-no-pkg", "npm-unknown"] },
    ),
    forbid(
      "ports-are-contracts",
      "ports are types over protocol and core",
      { path: "^agent/ports\\.ts$" },
      { path: ".", pathNot: "^(protocol|agent/core)/" },
    ),
    forbid(
      "runtime-knows-no-shell",
      "runtime sees core, ports and protocol",
      { path: "^agent/runtime/" },
      { path: OURS, pathNot: "^(protocol|agent/core|agent/runtime)/|^agent/ports\\.ts$" },
    ),
    forbid(
      "shell-knows-its-port",
      "a shell sees core, ports, protocol and itself; the web shell serves the panel",
      { path: "^agent/shell/" },
      { path: OURS, pathNot: "^(protocol|agent/(core|shell|panel))/|^agent/ports\\.ts$" },
    ),
    forbid(
      "shells-are-strangers",
      "no shell imports its sibling",
      { path: "^agent/shell/([^/]+)/" },
      { path: "^agent/shell/", pathNot: "^agent/shell/$1/" },
    ),
    forbid(
      "only-compose-joins",
      "only compose.ts brings the runtime together with the shells",
      { path: "^agent/", pathNot: "^agent/(runtime/|compose\\.ts$)" },
      { path: "^agent/runtime/" },
    ),
    forbid(
      "nothing-below-the-entry",
      "compose and what is below it do not know who starts them",
      { path: "^agent/(core|runtime|shell)/|^agent/(ports|compose)\\.ts$" },
      { path: "^agent/(main|cli)\\.ts$|^agent/commands/" },
    ),
    forbid(
      "panel-is-served-by-web",
      "only the web shell knows the page",
      { path: "^agent/", pathNot: "^agent/(panel|shell/web)/" },
      { path: "^agent/panel/" },
    ),
    forbid(
      "panel-runs-in-a-browser",
      "the page knows core and protocol only",
      { path: "^agent/panel/" },
      { path: OURS, pathNot: "^(protocol|agent/(core|panel))/" },
    ),
    forbid("panel-is-pure", "a browser has none of Node's modules", { path: "^agent/panel/" }, { dependencyTypes: ["core"] }),
    forbid(
      "agent-without-far-ends",
      "the agent knows no simulator, script or test",
      { path: "^agent/" },
      { path: "^(simulator|scripts|test)/" },
    ),
    forbid(
      "simulator-is-the-far-end",
      "the simulator shares nothing with the agent but the protocol",
      { path: "^simulator/" },
      { path: "^(agent|scripts|test)/" },
    ),
    forbid(
      "scripts-touch-the-bus-only",
      "of the agent, tools see the serial shell; benches measure all of it",
      { path: "^scripts/", pathNot: "^scripts/bench/" },
      { path: "^agent/", pathNot: "^agent/shell/serial/" },
    ),
    forbid(
      "scripts-simulate-in-the-workshop",
      "only bench, workshop and story use the simulator",
      { path: "^scripts/", pathNot: "^scripts/(bench|workshop|story)/" },
      { path: "^simulator/" },
    ),
    forbid("nothing-imports-test", "tests are on top", { path: OURS, pathNot: "^test/" }, { path: "^test/" }),
    forbid("no-cycles", "a cycle is one module in disguise", {}, { circular: true }),
    forbid("resolvable", "an import leads somewhere", {}, { couldNotResolve: true }),
    forbid(
      "product-without-dev-packages",
      "what runs on the device is installed there",
      { path: "^(agent|protocol)/" },
      { dependencyTypes: ["npm-dev"], pathNot: "node_modules/@types/" },
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "node", "default"],
      extensions: [".ts", ".js", ".json"],
    },
  },
};

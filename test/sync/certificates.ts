/** Certificates by the openssl command, in a folder of their own. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Issued {
  certFile: string;
  keyFile: string;
}

/** YYYYMMDDHHMMSSZ. */
interface Validity {
  from?: string;
  until?: string;
}

export class CertificateAuthority {
  readonly folder = mkdtempSync(join(tmpdir(), "arcgate-ca-"));
  readonly caFile = join(this.folder, "ca.pem");

  constructor() {
    const { folder } = this;
    const section = `[ca]\ndefault_ca=own\n[own]\ndatabase=${folder}/index.txt\nnew_certs_dir=${folder}\ncertificate=${this.caFile}\n`;
    const rules = `private_key=${folder}/ca.key\nrand_serial=yes\ndefault_md=sha256\npolicy=any\nunique_subject=no\n[any]\ncommonName=supplied\n`;
    writeFileSync(join(folder, "ca.cnf"), section + rules);
    writeFileSync(join(folder, "index.txt"), "");
    this.#openssl("req", "-x509", ...newKey("ca.key"), "-out", "ca.pem", "-subj", "/CN=arcgate test CA", "-days", "3650");
  }

  /** `names` as in subjectAltName: `IP:127.0.0.1`, `DNS:broker.example`. */
  issue(name: string, names: string, { from = "20200101000000Z", until = "20991231235959Z" }: Validity = {}): Issued {
    this.#openssl("req", ...newKey(`${name}.key`), "-out", `${name}.csr`, "-subj", `/CN=${name}`);
    writeFileSync(join(this.folder, `${name}.ext`), `subjectAltName=${names}\n`);
    const dates = ["-startdate", from, "-enddate", until, "-extfile", `${name}.ext`];
    this.#openssl("ca", "-batch", "-config", "ca.cnf", "-in", `${name}.csr`, "-out", `${name}.pem`, "-notext", ...dates);
    return { certFile: join(this.folder, `${name}.pem`), keyFile: join(this.folder, `${name}.key`) };
  }

  end(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #openssl(...args: string[]): void {
    execFileSync("openssl", args, { cwd: this.folder, stdio: "pipe" });
  }
}

function newKey(file: string): string[] {
  return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", file];
}

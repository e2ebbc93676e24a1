import { digestOf, readFrom, sameBytes, type TrustStore, type Verified, verifyDigest, verifySignature } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { hexOf, viewOf } from "#protocol/list/bytes.ts";
import { handleBytes, type ListEntry, readEntry } from "#protocol/list/entry.ts";
import { type ListHeader, parseHeader, type UnverifiedHeader } from "#protocol/list/header.ts";
import {
  ENTRY_BYTES,
  entriesOnPage,
  HANDLE_BYTES,
  HEADER,
  HEADER_BYTES,
  LIST_MAX_BYTES,
  LIST_SIGNATURE_TAG,
  type ListGeometry,
  listGeometry,
  PAGE_BYTES,
} from "#protocol/list/layout.ts";
import { checkPage, findOnPage } from "#protocol/list/page.ts";
import { type PageIndex, readPageIndex } from "#protocol/list/pageIndex.ts";

/** Where a list's bytes come from. `read` fills `into` and gives the number of bytes: fewer only where the source ends. */
export interface ListReader {
  readonly size: number;
  read(offset: number, into: Uint8Array): number;
}

/** A list in force: its header and index are verified, each page is verified when it is read. */
export interface CertificateList {
  readonly version: number;
  readonly issuedMs: number;
  readonly entries: number;
  readonly rootHex: string;
  readonly keyId: string;
  readonly pages: number;
  /** Undefined when the handle is not in the list. Throws `list.badHandle`, `list.badPage`, `list.truncated`, `list.badEntry`. */
  lookUp(handle: string): Verified<ListEntry> | undefined;
  /** Reads one page and checks it, as an activation does for all, on a list that was just opened. Throws like `lookUp`. */
  verifyPage(pageIndex: number): void;
}

const PAGES_KEPT = 8;

/**
 * Reads header and page index only, so that a list of a million opens as fast as a list of a hundred.
 * Throws `list.badMagic`, `badHeader`, `tooLarge`, `truncated`, `unknownKey`, `badSignature`, `unsorted`.
 */
export function openList(reader: ListReader, trust: TrustStore): CertificateList {
  if (reader.size > LIST_MAX_BYTES) throw new CodedError("list.tooLarge", `${reader.size} bytes`);
  const headerBytes = new Uint8Array(HEADER_BYTES);
  const unverified = parseHeader(headerBytes.subarray(0, reader.read(0, headerBytes)));
  const geometry = listGeometry(unverified.entryCount);
  if (reader.size !== geometry.fileBytes) throw new CodedError("list.truncated", `${reader.size} of ${geometry.fileBytes} bytes`);
  const region = new Uint8Array(geometry.indexBytes);
  fill(reader, HEADER_BYTES, region);
  const { header, index, root } = verifyList(unverified, headerBytes, region, trust, geometry);
  const pages = createPageSource(reader, header, index, geometry);
  return {
    version: header.version,
    issuedMs: header.issuedMs,
    entries: header.entryCount,
    rootHex: hexOf(root),
    keyId: header.keyId,
    pages: geometry.pageCount,
    lookUp: (handle) => {
      const wanted = handleBytes(handle);
      const pageIndex = index.pageOf(wanted);
      if (pageIndex === undefined) return undefined;
      const page = pages.get(pageIndex);
      const view = viewOf(page);
      const offset = findOnPage(view, entriesOnPage(header.entryCount, pageIndex), viewOf(wanted));
      return offset === undefined ? undefined : readFrom(page, readEntry(view, offset));
    },
    verifyPage: (pageIndex) => {
      pages.get(pageIndex);
    },
  };
}

interface VerifiedList {
  readonly header: Verified<ListHeader>;
  readonly index: PageIndex;
  readonly root: Uint8Array;
}

function verifyList(
  unverified: UnverifiedHeader,
  headerBytes: Uint8Array,
  region: Uint8Array,
  trust: TrustStore,
  { pageCount }: ListGeometry,
): VerifiedList {
  const { algorithm, keyId, root, signature } = unverified;
  const computed = listRoot(unverified, headerBytes, region);
  if (!sameBytes(computed, root)) throw new CodedError("list.badSignature", "root");
  const verdict = verifySignature(trust, "list", { algorithm, keyId, value: signature }, signedMessage(root), { unverified, region });
  if (!verdict.ok) throw new CodedError(`list.${verdict.fault}`, `key ${keyId}`);
  const header = readFrom(verdict.fact, unverified);
  return { header, index: readPageIndex(readFrom(verdict.fact, region), pageCount), root };
}

/** Digest over the header's fields and the page index: the identity of the list. */
export function listRoot({ algorithm }: ListHeader, headerBytes: Uint8Array, indexRegion: Uint8Array): Uint8Array {
  return digestOf(algorithm, headerBytes.subarray(0, HEADER.root), indexRegion);
}

export function signedMessage(root: Uint8Array): Uint8Array {
  return Uint8Array.from([...new TextEncoder().encode(LIST_SIGNATURE_TAG), ...root]);
}

interface PageSource {
  /** Valid until the next call. */
  get(pageIndex: number): Verified<Uint8Array>;
}

/** Keeps a few verified pages. Their memory is used again and again, so that look-ups leave no garbage. */
function createPageSource(reader: ListReader, header: Verified<ListHeader>, index: PageIndex, geometry: ListGeometry): PageSource {
  const kept = new Map<number, Verified<Uint8Array>>();
  const free: Uint8Array[] = Array.from({ length: PAGES_KEPT }, () => new Uint8Array(PAGE_BYTES));

  const freeBuffer = (): Uint8Array => {
    const [oldest] = kept;
    if (free.length === 0 && oldest) {
      kept.delete(oldest[0]);
      free.push(oldest[1]);
    }
    return free.pop() ?? new Uint8Array(PAGE_BYTES);
  };

  const readVerified = (pageIndex: number): Verified<Uint8Array> => {
    const bytes = freeBuffer();
    try {
      fill(reader, geometry.firstPageOffset + pageIndex * PAGE_BYTES, bytes);
      const page = verifyDigest(header.algorithm, bytes, index.digestOf(pageIndex), bytes);
      if (!page) throw new CodedError("list.badPage", `page ${pageIndex}`);
      if (!index.startsWith(pageIndex, page.subarray(0, HANDLE_BYTES))) throw new CodedError("list.badPage", `index of page ${pageIndex}`);
      const entries = entriesOnPage(header.entryCount, pageIndex);
      checkPage(page, entries);
      const last = page.subarray((entries - 1) * ENTRY_BYTES, (entries - 1) * ENTRY_BYTES + HANDLE_BYTES);
      if (!index.endsBeforeNext(pageIndex, last)) throw new CodedError("list.unsorted", `end of page ${pageIndex}`);
      return page;
    } catch (error) {
      free.push(bytes);
      throw error;
    }
  };

  return {
    get: (pageIndex) => {
      const page = kept.get(pageIndex) ?? readVerified(pageIndex);
      kept.delete(pageIndex);
      kept.set(pageIndex, page);
      return page;
    },
  };
}

function fill(reader: ListReader, offset: number, into: Uint8Array): void {
  const count = reader.read(offset, into);
  if (count !== into.length) throw new CodedError("list.truncated", `${count} of ${into.length} bytes at ${offset}`);
}

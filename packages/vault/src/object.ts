import type { Manifest } from '@nightlatch/protocol/manifest';
import { createOpener, type ObjectLabel, type Opener, readFrames } from './container.ts';
import { type Bytes, concat } from './encoding.ts';
import { refuse } from './errors.ts';
import { checkChunk, isFinalChunk } from './manifest.ts';

export const labelOf = (manifest: Manifest): ObjectLabel => ({
  home: manifest.home,
  camera: manifest.camera,
  event: manifest.event,
  kind: manifest.kind,
  revision: manifest.revision,
  epoch: manifest.epoch,
});

/** Opens the container that a verified manifest describes; another container of the same label is `damaged`. */
export async function openerOf(manifest: Manifest, header: Uint8Array, contentKey: Bytes): Promise<Opener> {
  const opener = await createOpener({ header, label: labelOf(manifest), contentKey });
  if (opener.headerHash !== manifest.headerHash) {
    refuse('damaged', 'The header of the container is not the one that was recorded.');
  }
  return opener;
}

/** One chunk: its place and hash by the manifest, then its tag. */
export async function openChunk(
  opener: Opener,
  manifest: Manifest,
  index: number,
  sealed: Bytes,
): Promise<Bytes> {
  await checkChunk(manifest, index, sealed);
  return opener.open(index, sealed, { final: isFinalChunk(manifest, index) });
}

/**
 * The plaintext of a whole container that is in memory (a thumbnail, metadata). It must have exactly the chunks of its
 * verified manifest, which must say `complete`; `truncated` where any is missing.
 */
export async function openWhole(
  manifest: Manifest,
  container: Uint8Array,
  contentKey: Bytes,
): Promise<Bytes> {
  if (manifest.state !== 'complete') refuse('truncated', 'The object is not complete.');
  const opener = await openerOf(manifest, container, contentKey);
  const { chunks, tailBytes } = readFrames(container, manifest.headerBytes);
  if (chunks.length < manifest.chunks.length) refuse('truncated', 'The end of the container is missing.');
  if (chunks.length > manifest.chunks.length || tailBytes > 0) {
    refuse('damaged', 'The container goes on behind its end.');
  }
  const plaintexts: Bytes[] = [];
  for (const [index, sealed] of chunks.entries()) {
    plaintexts.push(await openChunk(opener, manifest, index, sealed));
  }
  return concat(...plaintexts);
}

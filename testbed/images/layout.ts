import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Progress } from '../progress.ts';
import { run } from '../run.ts';
import type { ImageConfig, ImageRecipe, Layer } from './recipe.ts';
import { type TarEntry, tar } from './tar.ts';

/** An OCI image layout: what the registry serves and what containerd imports. */

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

export interface ImageIndex {
  readonly manifests: readonly (Descriptor & { readonly annotations: Readonly<Record<string, string>> })[];
}

/** The name that `ctr images import` gives an image. */
export const NAME_ANNOTATION = 'io.containerd.image.name';

// Debian's suite of the images: fixed, so that the testbed is the same on every machine.
const DEBIAN_SUITE = 'bookworm';
const ARCHITECTURES: Partial<Record<NodeJS.Architecture, string>> = { x64: 'amd64' };

export async function writeLayout(
  folder: string,
  recipes: readonly ImageRecipe[],
  binaries: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  mkdirSync(join(folder, 'blobs', 'sha256'), { recursive: true });
  const layers = new Map<string, Promise<Descriptor>>();
  const layerOnce = (layer: Layer): Promise<Descriptor> => {
    const key = JSON.stringify(layer);
    const descriptor = layers.get(key) ?? writeLayer(folder, layer, binaries, progress, signal);
    layers.set(key, descriptor);
    return descriptor;
  };
  const manifests: ImageIndex['manifests'][number][] = [];
  for (const recipe of recipes) {
    progress(`  ${recipe.repository}: ${recipe.tags.join(', ')}`);
    const descriptors: Descriptor[] = [];
    for (const layer of recipe.layers) descriptors.push(await layerOnce(layer));
    const manifest = writeManifest(folder, recipe.config, descriptors);
    for (const tag of recipe.tags) {
      manifests.push({ ...manifest, annotations: { [NAME_ANNOTATION]: `${recipe.repository}:${tag}` } });
    }
  }
  writeFileSync(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
}

export function readIndex(folder: string): ImageIndex {
  return JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as ImageIndex;
}

export function blobFile(folder: string, digest: string): string {
  return join(folder, 'blobs', ...digest.split(':'));
}

function writeManifest(folder: string, config: ImageConfig, layers: readonly Descriptor[]): Descriptor {
  const imageConfig = {
    architecture: ARCHITECTURES[process.arch] ?? process.arch,
    os: 'linux',
    config: { Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'], ...config },
    // The layers are not compressed, so a layer's digest is its diff ID too.
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.digest) },
  };
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = {
    schemaVersion: 2,
    mediaType,
    config: writeBlob(folder, 'application/vnd.oci.image.config.v1+json', JSON.stringify(imageConfig)),
    layers,
  };
  return writeBlob(folder, mediaType, JSON.stringify(manifest));
}

const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar';

async function writeLayer(
  folder: string,
  layer: Layer,
  binaries: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<Descriptor> {
  if (layer.from === 'files') return writeBlob(folder, LAYER_TYPE, tar(layer.files));
  if (layer.from === 'component') {
    const program: TarEntry = {
      path: layer.path,
      content: readFileSync(join(binaries, layer.component)),
      mode: 0o755,
    };
    return writeBlob(folder, LAYER_TYPE, tar([program]));
  }
  return debianLayer(folder, layer, progress, signal);
}

async function debianLayer(
  folder: string,
  layer: Layer & { from: 'debian' },
  progress: Progress,
  signal: AbortSignal,
): Promise<Descriptor> {
  progress(`    Debian ${DEBIAN_SUITE}: ${layer.packages.join(', ')}`);
  const file = join(folder, 'rootfs.tar');
  const command = [
    // Should `up` be killed, so are mmdebstrap and, with their own namespaces, its mounts.
    ...['setpriv', '--pdeathsig', 'KILL', 'unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'],
    ...['mmdebstrap', '--mode=root', `--variant=${layer.variant}`, `--include=${layer.packages.join(',')}`],
    '--aptopt=APT::Install-Recommends "false"',
    ...['doc', 'man', 'locale', 'info'].map((unused) => `--dpkgopt=path-exclude=/usr/share/${unused}/*`),
    ...(layer.hook ? [`--customize-hook=${layer.hook}`] : []),
    ...[DEBIAN_SUITE, file],
  ];
  await run(command, { signal });
  const hash = createHash('sha256');
  let size = 0;
  await pipeline(createReadStream(file), async (chunks) => {
    for await (const chunk of chunks as AsyncIterable<Buffer>) {
      hash.update(chunk);
      size += chunk.length;
    }
  });
  const digest = `sha256:${hash.digest('hex')}`;
  renameSync(file, blobFile(folder, digest));
  return { mediaType: LAYER_TYPE, digest, size };
}

function writeBlob(folder: string, mediaType: string, content: string | Buffer): Descriptor {
  const bytes = Buffer.from(content as string);
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  writeFileSync(blobFile(folder, digest), bytes);
  return { mediaType, digest, size: bytes.length };
}

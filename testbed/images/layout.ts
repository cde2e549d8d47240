import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { runBuild } from '../install/cache.ts';
import type { Progress } from '../progress.ts';
import type { ImageConfig, ImageRecipe, Layer } from './recipe.ts';
import { tar } from './tar.ts';

/** An OCI image layout: what the registry serves and what containerd imports. */
export interface ImageIndex {
  readonly manifests: readonly (Descriptor & { readonly annotations: Readonly<Record<string, string>> })[];
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** The name that `ctr images import` gives an image. */
export const NAME_ANNOTATION = 'io.containerd.image.name';

const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json';
const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar';

// Debian's suite of the images: fixed, so that the testbed is the same on every machine.
const DEBIAN_SUITE = 'bookworm';
/** The last hook that mmdebstrap runs for each variant. */
const LAST_HOOK = { essential: 'customize', extract: 'extract' } as const;

const ARCHITECTURES: Partial<Record<NodeJS.Architecture, string>> = { x64: 'amd64' };

export interface LayoutBuild {
  /** Of the layout. */
  readonly folder: string;
  /** For temporary files. */
  readonly scratch: string;
  /** Of the programs that `component` layers name. */
  readonly binaries: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

export async function writeLayout(recipes: readonly ImageRecipe[], build: LayoutBuild): Promise<void> {
  mkdirSync(join(build.folder, 'blobs', 'sha256'), { recursive: true });
  const made = new Map<string, Descriptor>();
  const manifests: ImageIndex['manifests'][number][] = [];
  for (const recipe of recipes) {
    build.progress(`  ${recipe.repository}: ${recipe.tags.join(', ')}`);
    const layers: Descriptor[] = [];
    for (const layer of recipe.layers) {
      const key = JSON.stringify(layer);
      const descriptor = made.get(key) ?? (await writeLayer(layer, build));
      made.set(key, descriptor);
      layers.push(descriptor);
    }
    const manifest = writeManifest(build.folder, recipe.config, layers);
    for (const tag of recipe.tags) {
      manifests.push({ ...manifest, annotations: { [NAME_ANNOTATION]: `${recipe.repository}:${tag}` } });
    }
  }
  writeFileSync(join(build.folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  writeFileSync(join(build.folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
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
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: writeBlob(folder, CONFIG_TYPE, JSON.stringify(imageConfig)),
    layers,
  };
  return writeBlob(folder, MANIFEST_TYPE, JSON.stringify(manifest));
}

async function writeLayer(layer: Layer, build: LayoutBuild): Promise<Descriptor> {
  switch (layer.from) {
    case 'debian':
      return writeDebianLayer(layer, build);
    case 'files':
      return writeBlob(build.folder, LAYER_TYPE, tar(layer.files));
    case 'component': {
      const content = readFileSync(join(build.binaries, layer.component));
      return writeBlob(build.folder, LAYER_TYPE, tar([{ path: layer.path, content, mode: 0o755 }]));
    }
  }
}

async function writeDebianLayer(layer: Layer & { from: 'debian' }, build: LayoutBuild): Promise<Descriptor> {
  build.progress(`    Debian ${DEBIAN_SUITE}: ${layer.packages.join(', ')}`);
  const file = join(build.scratch, 'root.tar');
  const command = [
    'mmdebstrap',
    '--mode=root',
    `--variant=${layer.variant}`,
    `--include=${layer.packages.join(',')}`,
    '--aptopt=APT::Install-Recommends "false"',
    ...['doc', 'man', 'locale', 'info'].map((unused) => `--dpkgopt=path-exclude=/usr/share/${unused}/*`),
    ...(layer.hook ? [`--${LAST_HOOK[layer.variant]}-hook=${layer.hook}`] : []),
    DEBIAN_SUITE,
    file,
  ];
  await runBuild(command, build.scratch, { signal: build.signal });

  const hash = createHash('sha256');
  let size = 0;
  await pipeline(createReadStream(file), async (chunks) => {
    for await (const chunk of chunks as AsyncIterable<Buffer>) {
      hash.update(chunk);
      size += chunk.length;
    }
  });
  const digest = `sha256:${hash.digest('hex')}`;
  renameSync(file, blobFile(build.folder, digest));
  return { mediaType: LAYER_TYPE, digest, size };
}

function writeBlob(folder: string, mediaType: string, content: string | Buffer): Descriptor {
  const bytes = Buffer.from(content as string);
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  writeFileSync(blobFile(folder, digest), bytes);
  return { mediaType, digest, size: bytes.length };
}

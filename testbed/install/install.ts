import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writeLayout } from '../images/layout.ts';
import { images } from '../images/table.ts';
import { acquireOrWait } from '../lock.ts';
import type { Progress } from '../progress.ts';
import { buildOnce, cacheEntry, cacheFolder, contentsOf } from './cache.ts';
import { buildComponents, componentsEntry, componentsFolder } from './components.ts';
import { installPackages, missingPackages } from './packages.ts';

/** Where what the testbed runs is found. */
export interface Installation {
  /** Folder of the Kubernetes binaries. */
  readonly binaries: string;
  /** Folder of the images, an OCI layout. */
  readonly images: string;
}

const IMAGE_SOURCES = join(import.meta.dirname, '..', 'images');

/** Installs and builds what is missing; a second call finds everything and returns at once. */
export async function install(progress: Progress, signal: AbortSignal): Promise<Installation> {
  const lock = await acquireOrWait(`cache ${cacheFolder()}`, (holder) =>
    progress(`waiting for another installation (pid ${holder}) to end`),
  );
  try {
    const components = componentsEntry();
    const layout = imagesEntry(components);
    const toBuild = { components: !existsSync(components), images: !existsSync(layout) };
    await installPackages(missingPackages(toBuild), progress);
    await buildComponents(components, progress, signal);
    const binaries = componentsFolder(components);
    await buildOnce(layout, (folder, scratch) => {
      progress('building the images');
      return writeLayout(images, { folder, scratch, binaries, progress, signal });
    });
    return { binaries, images: layout };
  } finally {
    lock.release();
  }
}

function imagesEntry(components: string): string {
  return cacheEntry('images', [
    components,
    ...contentsOf(IMAGE_SOURCES, (path) => !path.endsWith('registry.ts')),
  ]);
}

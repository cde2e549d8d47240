/** An image of foreshock as it was built last, of the Node that runs this, and of nothing that would be downloaded. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeLayout } from '../../testbed/images/layout.ts';
import type { ImageRecipe, Layer } from '../../testbed/images/recipe.ts';
import type { TarEntry } from '../../testbed/images/tar.ts';

export const IMAGE = 'localhost/foreshock:e2e';

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));
const NODE = 'usr/local/bin/node';

/** Writes it as an OCI layout into an empty folder. */
export async function writeForeshockImage(folder: string): Promise<void> {
  const [repository = '', tag = ''] = IMAGE.split(':');
  const programs = [
    { file: process.execPath, path: NODE },
    ...librariesOf(process.execPath).map((file) => ({ file, path: file.slice(1) })),
  ];
  const files = distFiles();
  const recipe: ImageRecipe = {
    ...{ repository, tags: [tag] },
    layers: [
      // Folders first: what a layer does not say, others may not be allowed to enter.
      { from: 'files', files: [...foldersOf([...files, ...programs]), ...files] },
      ...programs.map(({ file, path }): Layer => ({ from: 'component', component: file.slice(1), path })),
    ],
    config: { Entrypoint: [`/${NODE}`, '/foreshock/dist/foreshock.js'] },
  };
  const scratch = join(folder, 'scratch');
  mkdirSync(scratch, { recursive: true });
  const signal = new AbortController().signal;
  await writeLayout([recipe], { folder, scratch, binaries: '/', progress: () => {}, signal });
}

function distFiles(): TarEntry[] {
  const scripts = readdirSync(DIST).filter((name) => name.endsWith('.js'));
  return [
    { path: 'foreshock/package.json', content: '{"type": "module"}\n' },
    ...scripts.map((name) => ({
      path: `foreshock/dist/${name}`,
      content: readFileSync(join(DIST, name), 'utf8'),
    })),
  ];
}

/** The loader, and the libraries that it finds for a program, each under the path by which it looks for it. */
function librariesOf(program: string): string[] {
  return execFileSync('ldd', [program], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => /(?:=>|^)\s*(\/\S+) \(0x/.exec(line)?.[1] ?? []);
}

function foldersOf(entries: readonly { readonly path: string }[]): TarEntry[] {
  const folders = new Set<string>();
  for (const { path } of entries) {
    for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) folders.add(folder);
  }
  return [...folders].sort().map((path) => ({ path, folder: true }));
}

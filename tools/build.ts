/**
 * Bundles src/ into dist/: the command line and the threads (load, trials), with every dependency inside.
 * What only some commands need (the Kubernetes client, the embedded cluster) is split off and loaded when it
 * is asked for, so that `foreshock --help` stays quick.
 */
import { readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUT = join(ROOT, 'dist');

const built = await build({
  absWorkingDir: ROOT,
  entryPoints: {
    foreshock: 'src/cli/main.ts',
    'load-worker': 'src/chaos/load/worker.ts',
    'trial-worker': 'src/sim/estimate/worker.ts',
  },
  outdir: OUT,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  sourcemap: true,
  metafile: true,
  // Dependencies in CommonJS call `require` for Node's own modules; an ES module has none.
  banner: {
    js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);",
  },
  logLevel: 'warning',
}).catch(() => undefined);
// What was wrong stands on the terminal already.
if (!built) process.exit(1);

// Pieces of earlier builds are removed after the new ones stand, for those who run dist/ meanwhile.
const current = new Set(Object.keys(built.metafile.outputs).map((path) => basename(path)));
for (const file of await readdir(OUT)) {
  if (!current.has(file)) await rm(join(OUT, file), { recursive: true });
}

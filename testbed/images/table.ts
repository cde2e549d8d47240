import { nginx } from './nginx.ts';
import type { ImageRecipe } from './recipe.ts';

/** The image that holds each pod's namespaces (sandbox_image of containerd). */
export const PAUSE_IMAGE = 'localhost/pause:testbed';

/**
 * Every image that a pod of the testbed can run; any other name fails to pull. To add one, add a recipe:
 * the names that manifests use, what its layers are made from, and how it runs.
 */
export const images: readonly ImageRecipe[] = [
  {
    repository: 'localhost/pause',
    tags: ['testbed'],
    layers: [{ from: 'component', component: 'pause', path: 'pause' }],
    config: { Entrypoint: ['/pause'], User: '65535:65535' },
  },
  // What it does, and how to tell it, is at the top of components/worker/main.go.
  {
    repository: 'localhost/worker',
    tags: ['1.0', 'latest'],
    layers: [{ from: 'component', component: 'worker', path: 'worker' }],
    config: { Entrypoint: ['/worker'], User: '65534:65534', ExposedPorts: { '8080/tcp': {} } },
  },
  ...nginx,
  {
    repository: 'docker.io/library/busybox',
    tags: ['latest', '1', '1.28', '1.35', '1.36', '1.37', 'stable', 'musl', 'glibc'],
    layers: [
      {
        from: 'debian',
        variant: 'extract',
        packages: ['busybox-static'],
        hook: 'chroot "$1" /bin/busybox --install -s /bin',
      },
      {
        from: 'files',
        files: [
          {
            path: 'etc/passwd',
            content: 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n',
          },
          { path: 'etc/group', content: 'root:x:0:\nnobody:x:65534:\n' },
          { path: 'root', folder: true, mode: 0o700 },
          { path: 'tmp', folder: true, mode: 0o1777 },
        ],
      },
    ],
    config: { Cmd: ['sh'] },
  },
];

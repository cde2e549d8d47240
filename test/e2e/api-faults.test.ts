/** The API server of a real cluster is away for 30 s while a fault stands: the run ends in order, and all is as it was. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { EXIT } from '../../src/scenario/errors.ts';
import { describeOnTestbed } from '../support/testbed.ts';
import { isDone } from './journal.ts';
import { kubectl } from './kubectl.ts';
import { type LoopbackProxy, loopbackProxy } from './loopback-proxy.ts';
import { MINUTES, type Place, testPlace } from './place.ts';

const AWAY_MS = 30_000;

/** The kubeconfig in use, by way of the proxy, whose address is in the server's certificate. */
function kubeconfigBy({ port }: LoopbackProxy, { folder }: Place): string {
  const file = join(folder, 'proxied.kubeconfig');
  writeFileSync(file, readFileSync(process.env.KUBECONFIG as string));
  const name = kubectl('config', 'view', '--minify', '-o', 'jsonpath={.clusters[0].name}');
  kubectl('--kubeconfig', file, 'config', 'set-cluster', name, `--server=https://127.0.0.1:${port}`);
  return file;
}

describeOnTestbed('an API server that is away for 30 s', () => {
  const here = testPlace('api-faults');

  it(
    'in mid-fault: the run says so after 10 s, undoes it when it is back, and leaves nothing behind',
    async () => {
      const place = here();
      place.deploy();
      const { hostname, port } = new URL(
        kubectl('config', 'view', '--minify', '-o', 'jsonpath={.clusters[0].cluster.server}'),
      );
      const proxy = await loopbackProxy(hostname, Number(port));
      const marks = () => place.get('deployment/web', '.metadata.annotations');
      const before = marks();
      const isScaled = () => isDone(place.out, ({ act }) => act === 'scale');
      let watching: NodeJS.Timeout | undefined;
      let back: Promise<void> | undefined;
      try {
        const file = place.scenario({ faults: ['scale: {replicas: 1, at: 1s}'], duration: '60s' });
        const { code, stderr } = await place.chaos(file, {
          env: { KUBECONFIG: kubeconfigBy(proxy, place) },
          seen() {
            watching ??= setInterval(() => {
              if (back === undefined && isScaled()) back = proxy.goAway(AWAY_MS);
            }, 100);
          },
        });
        expect(back, stderr).toBeDefined();
        await back;
        expect(code, stderr).toBe(EXIT.aborted);
        expect(stderr).toContain('the connection to the cluster is lost for 10 s');
        expect(stderr).not.toMatch(/\n\s+at /);
      } finally {
        clearInterval(watching);
        await back;
        await proxy.close();
      }
      expect(place.get('deployment/web', '.spec.replicas')).toBe('2');
      expect(marks()).toBe(before);
      expect(place.kubectl('get', 'leases', '-o', 'name')).toBe('');
    },
    2 * MINUTES,
  );
});

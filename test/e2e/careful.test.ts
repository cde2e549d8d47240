/**
 * What goes wrong on a real cluster, as a user meets it: a clear message, its own exit code, and the cluster as
 * it was before.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { EXIT } from '../../src/scenario/errors.ts';
import { describeOnTestbed } from '../support/testbed.ts';
import type { ChaosOptions } from './foreshock.ts';
import { applied, kubectl } from './kubectl.ts';
import { MINUTES, type Place, testPlace } from './place.ts';

const POD_KILL = { faults: ['pod-kill: {mode: one, at: 1s, grace_period: 0s}'] };

/** Every object of the namespace with the version of its last write. */
const versions = (place: Place): string =>
  place.kubectl(
    ...['get', 'deployments,replicasets,pods,services,leases,configmaps'],
    ...['-o', 'custom-columns=K:.kind,N:.metadata.name,V:.metadata.resourceVersion'],
  );

/** With the web application there, and an account that may read it and no more. */
async function asReader(
  place: Place,
  work: (env: NonNullable<ChaosOptions['env']>) => Promise<void>,
): Promise<void> {
  const { namespace } = place;
  place.kubectl('create', 'serviceaccount', 'reader');
  kubectl(
    ...['create', 'clusterrolebinding', namespace, '--clusterrole=view'],
    `--serviceaccount=${namespace}:reader`,
  );
  try {
    const KUBECONFIG = place.kubeconfigOf('reader');
    place.deploy();
    await work({ KUBECONFIG });
  } finally {
    kubectl('delete', 'clusterrolebinding', namespace);
  }
}

describeOnTestbed('foreshock on a cluster', () => {
  const here = testPlace('careful');

  it(
    'removes what it created when the image never becomes ready, and names the reason',
    async () => {
      const place = here();
      const { code, stderr } = await place.chaos(place.scenario(POD_KILL, { image: 'example/nowhere:1' }));
      expect(code, stderr).toBe(EXIT.configuration);
      expect(stderr).toMatch(/web.*(ErrImagePull|ImagePullBackOff)/s);
      expect(stderr).not.toMatch(/\n\s+at /);
      expect(place.objects()).toEqual(['']);
    },
    3 * MINUTES,
  );

  it(
    'names the missing right, touches nothing',
    async () => {
      const place = here();
      await asReader(place, async (env) => {
        const before = place.objects();
        const { code, stderr } = await place.chaos(place.scenario(POD_KILL), { env });
        expect(code, stderr).toBe(EXIT.configuration);
        expect(stderr).toMatch(/delete.*pods/s);
        expect(place.objects()).toEqual(before);
      });
    },
    3 * MINUTES,
  );

  it(
    'is tried dry by an account that may only read: the victims have names, and nothing was written',
    async () => {
      const place = here();
      await asReader(place, async (env) => {
        const before = versions(place);
        const { code, stdout, stderr } = await place.chaos(place.scenario(POD_KILL), {
          ...{ env, flags: ['--dry-run'] },
        });
        expect(code, stderr).toBe(EXIT.ok);
        expect(stdout).toContain('missing: delete pods');
        const { acts, obstacles } = JSON.parse(readFileSync(join(place.out, 'dry-run.json'), 'utf8'));
        expect(obstacles).toEqual([]);
        const [{ uid, name, node }] = acts[0].targets;
        const found = JSON.parse(place.kubectl('get', 'pods', name, '-o', 'json'));
        expect({ uid, node }).toEqual({ uid: found.metadata.uid, node: found.spec.nodeName });
        expect(versions(place)).toEqual(before);
      });
    },
    3 * MINUTES,
  );

  it(
    'ends a trial by its error rate, with what lasted undone long before its time',
    async () => {
      const place = here();
      place.deploy();
      const began_ms = Date.now();
      const file = place.scenario({
        ...{ faults: ['scale: {replicas: 0, at: 2s}'], duration: '120s' },
        more: ['safety: {abort: {error_rate: {above: 50%, for: 1s}}}'],
      });
      const { code, stderr } = await place.chaos(file);
      expect(code, stderr).toBe(EXIT.aborted);
      expect(stderr).toContain('safety.abort.error_rate allows 50 %');
      expect(Date.now() - began_ms).toBeLessThan(90_000);
      expect(place.get('deployment/web', '.spec.replicas')).toBe('2');
    },
    3 * MINUTES,
  );

  it(
    'refuses a deletion that a disruption budget would not let pass as an eviction',
    async () => {
      const place = here();
      const { namespace } = place;
      place.deploy();
      applied(`
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web, namespace: ${namespace}}
spec: {minAvailable: 2, selector: {matchLabels: {app: web}}}
`);
      const before = place.objects();
      const { code, stderr } = await place.chaos(place.scenario(POD_KILL));
      expect(code, stderr).toBe(EXIT.aborted);
      expect(stderr).toContain(`of which PodDisruptionBudget ${namespace}/web lets 0 go`);
      expect(place.objects()).toEqual(before);
      const said = place.scenario({ ...POD_KILL, more: ['safety: {ignore_disruption_budgets: true}'] });
      // What it costs is another matter: it was done.
      expect((await place.chaos(said)).code).toBeLessThan(EXIT.configuration);
    },
    3 * MINUTES,
  );

  it('wants a yes where there is no terminal', async () => {
    const place = here();
    const { code, stderr } = await place.chaos(place.scenario(POD_KILL), { flags: [] });
    expect(code, stderr).toBe(EXIT.configuration);
    expect(stderr).toContain('--yes');
    expect(place.objects()).toEqual(['']);
  });

  it(
    'refuses a selector that matches a pod of somebody else, and leaves that pod alone',
    async () => {
      const place = here();
      place.kubectl('run', 'stranger', '--image=nginx', '--labels=app=web');
      place.deploy();
      place.kubectl('wait', '--for=condition=Ready', 'pod/stranger', '--timeout=60s');
      const before = place.objects();
      const { code, stderr } = await place.chaos(place.scenario(POD_KILL));
      expect(code, stderr).toBe(EXIT.configuration);
      expect(stderr).toContain('stranger');
      expect(place.objects()).toEqual(before);
    },
    3 * MINUTES,
  );

  it(
    'ends in order on Ctrl-C in mid-fault: everything it created is gone again',
    async () => {
      const place = here();
      let asked = false;
      const { code, stderr } = await place.chaos(place.scenario({ ...POD_KILL, duration: '60s' }), {
        seen(text, kill) {
          if (asked || !/running/.test(text)) return;
          asked = true;
          // One second and a bit into the trial: the pod is gone, its replacement is not there.
          setTimeout(kill, 1600, 'SIGINT');
        },
      });
      expect(asked).toBe(true);
      expect(code, stderr).toBe(EXIT.aborted);
      expect(readFileSync(join(place.out, 'journal.jsonl'), 'utf8')).toContain('delete-pod');
      expect(place.objects()).toEqual(['']);
    },
    3 * MINUTES,
  );
});

/** A run that is killed on a real cluster leaves nothing behind, though it never comes back. */
import { expect, it } from 'vitest';
import { EXIT } from '../../src/scenario/errors.ts';
import { describeOnTestbed } from '../support/testbed.ts';
import { auditOf, isRefused } from './audit.ts';
import { chaosUntil, foreshock, rbac } from './foreshock.ts';
import { isDone } from './journal.ts';
import { applied } from './kubectl.ts';
import { MINUTES, type Place, testPlace } from './place.ts';
import type { Web } from './web.ts';

const RESTORER = 'foreshock-web-restore';

/** Without annotations of its own, as nobody has written any. */
const statefulSet = (podManagementPolicy: 'Parallel' | 'OrderedReady') =>
  ({
    ...{ kind: 'StatefulSet', replicas: 3 },
    spec: { serviceName: 'web', podManagementPolicy },
  }) satisfies Omit<Web, 'namespace'>;
const STATEFUL_SET = statefulSet('Parallel');

const scenario = (place: Place, fault: string, web = STATEFUL_SET): string =>
  place.scenario({ faults: [fault], duration: '120s' }, web);

/** Runs it, and kills it two seconds after the fault is in the journal as done. */
async function killedInMidFault(place: Place, file: string, flags = ['--yes']): Promise<void> {
  const { out } = place;
  const { code, stderr } = await chaosUntil(file, () => isDone(out, ({ fault }) => fault !== undefined), {
    ...{ out, flags, signal: 'SIGKILL', after_ms: 2000 },
  });
  expect(code, stderr).toBeNull();
}

const leases = (place: Place): string => place.kubectl('get', 'leases', '-o', 'name');

/** By the journal of a run, after its guard. */
async function expectNothingLeft({ out }: Place): Promise<void> {
  expect(await foreshock(['restore', out])).toMatchObject({
    ...{ code: EXIT.ok, stdout: 'nothing is left to be put back\n' },
  });
}

describeOnTestbed('a run that is killed', () => {
  const here = testPlace('sigkill', { accounts: [RESTORER] });

  it.each([
    ['scale', 'scale: {replicas: 0, at: 1s}'],
    ['bad-image', 'bad-image: {container: web, at: 1s}'],
  ])(
    'in mid %s: its guard puts back what was there, and leaves no trace',
    async (_, fault) => {
      const place = here();
      place.deploy(STATEFUL_SET);
      const spec = () => place.get('statefulset/web', '.spec');
      const marks = () => place.get('statefulset/web', '.metadata.annotations');
      const before = [spec(), marks()];
      await killedInMidFault(place, scenario(place, fault));
      await expect.poll(() => spec(), { timeout: MINUTES, interval: 500 }).toBe(before[0]);
      await expect.poll(() => leases(place), { timeout: MINUTES, interval: 500 }).toBe('');
      expect(marks()).toBe(before[1]);
      await expectNothingLeft(place);
    },
    4 * MINUTES,
  );

  it(
    'without a guard is put back by an account that may restore and no more, from the cluster alone',
    async () => {
      const place = here();
      const { namespace } = place;
      place.deploy(STATEFUL_SET);
      const file = scenario(place, 'scale: {replicas: 0, at: 1s}');
      applied(rbac(file, '--for', 'restore', '--deployed'));
      const KUBECONFIG = place.kubeconfigOf(RESTORER);
      await killedInMidFault(place, file, ['--yes', '--no-guard']);
      const replicas = () => place.get('statefulset/web', '.spec.replicas');
      expect(replicas()).toBe('0');
      const { code, stdout, stderr } = await foreshock(['restore', '--namespace', namespace], {
        env: { KUBECONFIG },
      });
      expect(code, stderr).toBe(EXIT.ok);
      expect(stdout).toContain('scale of web, of an earlier run that was killed, was undone');
      expect(replicas()).toBe('3');
      expect(leases(place)).toBe('');
      const asked = await auditOf(`system:serviceaccount:${namespace}:${RESTORER}`);
      expect(asked.length).toBeGreaterThan(0);
      expect(asked.filter(isRefused)).toEqual([]);
    },
    4 * MINUTES,
  );

  it.each([
    ['bad-image', 'bad-image: {container: web, at: 1s}'],
    ['bad-readiness', 'bad-readiness: {container: web, at: 1s}'],
  ])(
    'in mid %s of pods that start in order: its guard also deletes the bad one, and another gets ready',
    async (_, fault) => {
      const place = here();
      const inOrder = statefulSet('OrderedReady');
      place.deploy(inOrder);
      const of = (path: string) => place.get('statefulset/web', path);
      const [spec, marks] = [of('.spec'), of('.metadata.annotations')];
      await killedInMidFault(place, scenario(place, fault, inOrder));
      await expect.poll(() => of('.spec'), { timeout: MINUTES, interval: 500 }).toBe(spec);
      const ready = () => of('.status.readyReplicas').concat(' ', of('.status.updatedReplicas'));
      await expect.poll(ready, { timeout: 2 * MINUTES, interval: 500 }).toBe('3 3');
      await expect.poll(() => leases(place), { timeout: MINUTES, interval: 500 }).toBe('');
      expect(of('.metadata.annotations')).toBe(marks);
      await expectNothingLeft(place);
    },
    6 * MINUTES,
  );

  it(
    'what it created is removed as well',
    async () => {
      const place = here();
      await killedInMidFault(place, scenario(place, 'scale: {replicas: 1, at: 1s}'));
      await expect.poll(() => place.objects(), { timeout: MINUTES, interval: 500 }).toEqual(['']);
    },
    4 * MINUTES,
  );
});

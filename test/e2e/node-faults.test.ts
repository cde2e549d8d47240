/**
 * Faults on nodes, as a user meets them: who is in the way, which rights they take, who puts the node back. Each leaves
 * the cluster as it was.
 */
import { beforeEach, expect, it } from 'vitest';
import { EXIT } from '../../src/scenario/errors.ts';
import { describeOnTestbed } from '../support/testbed.ts';
import { auditOf } from './audit.ts';
import { chaosUntil, type Ended, rbac } from './foreshock.ts';
import { Grants } from './grants.ts';
import { isDone } from './journal.ts';
import { kubectl } from './kubectl.ts';
import { MINUTES, type Place, testPlace } from './place.ts';
import { spreadOverNodes } from './web.ts';

const ACCOUNT = 'foreshock-web';
const WEB = { pod: spreadOverNodes('DoNotSchedule') };
const ALL_WELL = 'node-1  True\nnode-2  True\n';

const scenario = (place: Place, fault: string, duration = '4s'): string =>
  place.scenario({ faults: [fault], duration }, WEB);

/** Runs a power cut without an end, and sends a signal when the journal says that it was done. */
const cutPowerUntil = (place: Place, signal: NodeJS.Signals, ...flags: readonly string[]): Promise<Ended> =>
  chaosUntil(scenario(place, 'node-loss: {at: 1s}', '60s'), () => hasDone(place, 'cut-power'), {
    ...{ out: place.out, flags: ['--yes', ...flags], signal },
  });

const hasDone = ({ out }: Place, what: string): boolean => isDone(out, ({ act }) => act === what);

const nodes = (): string =>
  kubectl(
    'get',
    'nodes',
    '-o',
    'jsonpath={range .items[*]}{.metadata.name} {.spec.unschedulable} {.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}',
  );

describeOnTestbed('faults on nodes', () => {
  const here = testPlace('nodes', { leaves: 'nothing', accounts: [ACCOUNT] });
  beforeEach(() => void kubectl('wait', 'node', '--all', '--for=condition=Ready', '--timeout=60s'));

  it(
    'are refused where the node also runs what the scenario does not name; nothing is hit',
    async () => {
      const place = here();
      place.deploy(WEB);
      place.deploy({ name: 'stranger', replicas: 1, pod: { nodeName: 'node-2' } });
      const before = place.objects();
      for (const type of ['node-drain', 'node-loss', 'node-partition']) {
        const { code, stderr } = await place.chaos(scenario(place, `${type}: {workload: web, at: 1s}`));
        expect(code, stderr).toBe(EXIT.configuration);
        expect(stderr).toContain('node-2');
        expect(stderr).toContain(`${place.namespace}/stranger-`);
        expect(place.objects()).toEqual(before);
        expect(nodes()).toBe(ALL_WELL);
      }
    },
    3 * MINUTES,
  );

  it('that no API can cause are refused where nobody is named who can', async () => {
    const place = here();
    const env = { FORESHOCK_PROVIDER_COMMAND: undefined };
    const { code, stderr } = await place.chaos(scenario(place, 'node-loss: {at: 1s}'), { env });
    expect(code, stderr).toBe(EXIT.configuration);
    expect(stderr).toContain('node-loss needs a command');
    expect(stderr).toContain('--provider-command');
    expect(place.objects()).toEqual(['']);
  });

  it(
    'are allowed by the rights that are printed: to drain a node of what is there, without any that a run can do without',
    async () => {
      const place = here();
      // What may go to the other node does, and has to be moved back.
      place.deploy({ pod: spreadOverNodes('ScheduleAnyway') });
      const file = scenario(place, 'node-drain: {mode: one, at: 1s, duration: 5s, grace_period: 1s}', '9s');
      const grants = await Grants.of(place, ACCOUNT, rbac(file, '--deployed', '--required-only'));
      expect(
        grants.all.filter(
          ({ verb, resource }) => verb === 'create' && !['pods/eviction', 'leases'].includes(resource),
        ),
      ).toEqual([]);
      const before = (await auditOf(grants.user)).length;
      const { code, stderr } = await place.chaos(file, {
        env: { KUBECONFIG: place.kubeconfigOf(ACCOUNT) },
      });
      expect(code, stderr).toBe(EXIT.ok);
      expect(await grants.useSince(before)).toEqual({ refused: [], unused: [] });
      expect(nodes()).toBe(ALL_WELL);
      const events = place.get('events.events.k8s.io', '.items[*].reportingController');
      expect(events).not.toContain('foreshock');
    },
    4 * MINUTES,
  );

  it(
    'end on Ctrl-C, which gives the node its power back, waits until it is Ready, and removes what was created',
    async () => {
      const place = here();
      const { code, stderr } = await cutPowerUntil(place, 'SIGINT');
      expect(code, stderr).toBe(EXIT.aborted);
      expect(hasDone(place, 'undo')).toBe(true);
      expect(nodes()).toBe(ALL_WELL);
      expect(place.objects()).toEqual(['']);
    },
    3 * MINUTES,
  );

  it(
    'of a killed run without a guard are undone by the next: it gives the node its power back',
    async () => {
      const place = here();
      expect((await cutPowerUntil(place, 'SIGKILL', '--no-guard')).code).toBeNull();
      expect(hasDone(place, 'undo')).toBe(false);
      const next = scenario(place, 'node-drain: {at: 1s, duration: 2s}');
      const { code, stderr } = await place.chaos(next);
      expect([EXIT.ok, EXIT.inconclusive], stderr).toContain(code);
      expect(hasDone(place, 'undo')).toBe(true);
      expect(hasDone(place, 'drain-node')).toBe(true);
      expect(nodes()).toBe(ALL_WELL);
      expect(place.objects()).toEqual(['']);
    },
    5 * MINUTES,
  );
});

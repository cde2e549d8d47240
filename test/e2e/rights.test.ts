/** Runs with nothing but the rights that `foreshock rbac` prints, where an API server holds accounts to theirs. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Access } from '../../src/chaos/cluster/kubernetes/access-review.ts';
import { EXIT } from '../../src/scenario/errors.ts';
import { accessText } from '../chaos/cluster/kubernetes/authorizer.ts';
import { describeOnTestbed } from '../support/testbed.ts';
import { auditOf } from './audit.ts';
import { rbac } from './foreshock.ts';
import { Grants } from './grants.ts';
import { kubectl } from './kubectl.ts';
import { MINUTES, type Place, testPlace } from './place.ts';
import { spreadOverNodes } from './web.ts';

const ACCOUNT = 'foreshock-web';
const WEB = { pod: spreadOverNodes('ScheduleAnyway') };

const scenario = (place: Place, duration: string, ...faults: string[]): string =>
  place.scenario({ faults, duration }, WEB);

const runAs = (place: Place, KUBECONFIG: string, file: string) => place.chaos(file, { env: { KUBECONFIG } });

interface EventOfApi {
  readonly reason: string;
  readonly reportingController: string;
  readonly note: string;
  readonly regarding: { readonly kind: string; readonly name: string };
}

function eventsIn(place: Place): readonly EventOfApi[] {
  const { items } = JSON.parse(place.kubectl('get', 'events.events.k8s.io', '-o', 'json')) as {
    items: readonly EventOfApi[];
  };
  return items.filter(({ reportingController }) => reportingController === 'foreshock.dev/foreshock');
}

describeOnTestbed('the rights that are printed', () => {
  const here = testPlace('rights', { accounts: [ACCOUNT] });

  it(
    'suffice to create, to hit and to remove, and what was hit says who did it',
    async () => {
      const place = here();
      const { namespace } = place;
      const file = scenario(
        place,
        '15s',
        'pod-kill: {mode: one, at: 1s, grace_period: 0s}',
        'pod-eviction: {mode: one, at: 4s, grace_period: 0s}',
        'scale: {replicas: 3, at: 7s, duration: 3s}',
        'rollout-restart: {at: 12s}',
      );
      const grants = await Grants.of(place, ACCOUNT, rbac(file));
      expect(grants.may({ verb: 'get', group: '', resource: 'secrets', namespace })).toBe(false);
      const deployments = { group: 'apps', resource: 'deployments', namespace };
      expect(grants.may({ verb: 'delete', ...deployments })).toBe(false);
      expect(grants.may({ verb: 'create', ...deployments, name: 'x' })).toBe(false);
      expect(grants.all.length).toBeGreaterThan(15);
      const before = (await auditOf(grants.user)).length;
      const { code, stderr } = await runAs(place, place.kubeconfigOf(ACCOUNT), file);
      // A sender that lags on a busy machine makes no good measurement; rights are another matter.
      expect([EXIT.ok, EXIT.inconclusive], stderr).toContain(code);
      expect(await grants.useSince(before)).toEqual({ refused: [], unused: [] });
      expect(place.objects()).toEqual(['']);
      const events = eventsIn(place);
      const told = new Set(events.map(({ reason, regarding }) => `${reason} ${regarding.kind}`));
      expect(told).toEqual(
        new Set([
          ...['PodKill Pod', 'PodEviction Pod', 'Scale Deployment', 'ScaleUndone Deployment'],
          'RolloutRestart Deployment',
        ]),
      );
      const journal = readFileSync(join(place.out, 'journal.jsonl'), 'utf8');
      const { run: id } = JSON.parse(journal.split('\n')[0] as string) as { run: string };
      for (const { note } of events) expect(note).toContain(`by foreshock: run ${id}, scenario web, trial 1`);
      expect(place.kubectl('get', 'events', '-o', 'wide')).toContain('foreshock.dev/foreshock');
    },
    4 * MINUTES,
  );

  it(
    'are all needed: each that is taken away is named, and nothing is touched',
    async () => {
      const place = here();
      place.deploy(WEB);
      const file = scenario(place, '4s', 'pod-kill: {mode: one, at: 1s, grace_period: 0s}');
      const grants = await Grants.of(place, ACCOUNT, rbac(file, '--deployed', '--required-only'));
      const kubeconfig = place.kubeconfigOf(ACCOUNT);
      const pods = () => place.get('pods', '.items[*].metadata.uid');
      const before = pods();
      let taken: Access | undefined;
      for (const missing of grants.all) {
        const others = grants.all.filter((each) => each !== missing);
        const rules = others.map(({ verb, group, resource, name }) => ({
          ...{ apiGroups: [group], resources: [resource], verbs: [verb] },
          ...(name === undefined ? {} : { resourceNames: [name] }),
        }));
        place.kubectl('patch', 'role', ACCOUNT, '--type=merge', '-p', JSON.stringify({ rules }));
        await grants.untilHeard(missing, false);
        // The others have counted all the time.
        if (taken !== undefined) await grants.untilHeard(taken, true);
        taken = missing;
        const { code, stderr } = await runAs(place, kubeconfig, file);
        expect(code, `${accessText(missing)}: ${stderr}`).toBe(EXIT.configuration);
        expect(stderr).toContain(`the account in use may not ${missing.verb} ${missing.resource}`);
      }
      expect(pods()).toBe(before);
    },
    4 * MINUTES,
  );

  it(
    'and the Job, and its ConfigMap, are as the API server takes them',
    () => {
      const place = here();
      const file = scenario(place, '4s', 'pod-kill: {mode: one, at: 1s}');
      const text = rbac(file, '--job', '--image', 'localhost/foreshock:none', '--claim', 'results');
      const printed = join(place.folder, 'job.yaml');
      writeFileSync(printed, text);
      const said = kubectl('apply', '--dry-run=server', '-f', printed);
      expect(said).toContain(`job.batch/${ACCOUNT} created (server dry run)`);
      expect(said).toContain(`configmap/${ACCOUNT} created (server dry run)`);
    },
    MINUTES,
  );
});

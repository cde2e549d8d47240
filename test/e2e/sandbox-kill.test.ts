/**
 * A pod's sandbox killed on a real node, as a user does it: who is asked, what the kubelet makes of it, and a pod that
 * is as fresh as before when all is over.
 */
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { EXIT } from '../../src/scenario/errors.ts';
import { describeOnTestbed } from '../support/testbed.ts';
import { isDone, journalOf } from './journal.ts';
import { MINUTES, type Place, testPlace } from './place.ts';

const WEB = { replicas: 1, container: { readinessProbe: { httpGet: { port: 80 }, periodSeconds: 1 } } };

const scenario = (place: Place): string =>
  place.scenario({ faults: ['sandbox-kill: {at: 2s}'], duration: '10s', rate_per_s: 50 }, WEB);

interface KubernetesEvent {
  readonly involvedObject: { readonly kind: string; readonly name: string };
}

/** Pods of which the kubelet has said that their sandbox changed, once for each time. */
function changedSandboxes(place: Place): string[] {
  const selected = ['--field-selector=reason=SandboxChanged', '-o', 'json'];
  const { items } = JSON.parse(place.kubectl('get', 'events', ...selected)) as {
    items: KubernetesEvent[];
  };
  return items.map(({ involvedObject }) => involvedObject.name);
}

describeOnTestbed('sandbox-kill', () => {
  const here = testPlace('sandbox', { per: 'file' });
  beforeAll(() => here().deploy(WEB), 2 * MINUTES);

  it('is refused where nobody is named who can, and nothing is hit', async () => {
    const place = here();
    const before = place.objects();
    const env = { FORESHOCK_PROVIDER_COMMAND: undefined };
    const { code, stderr } = await place.chaos(scenario(place), { out: join(place.folder, 'refused'), env });
    expect(code, stderr).toBe(EXIT.configuration);
    expect(stderr).toContain('sandbox-kill needs a command');
    expect(stderr).toContain('--provider-command');
    expect(place.objects()).toEqual(before);
    expect(changedSandboxes(place)).toEqual([]);
  });

  it(
    'has the kubelet replace the sandbox of the pod that was chosen, and leaves a fresh pod',
    async () => {
      const place = here();
      const { code, stderr } = await place.chaos(scenario(place));
      expect([EXIT.ok, EXIT.inconclusive], stderr).toContain(code);

      const journal = journalOf(place.out);
      const [kill, ...more] = journal.filter(({ act }) => act === 'kill-sandbox');
      expect(more).toEqual([]);
      expect(isDone(place.out, ({ act }) => act === 'kill-sandbox')).toBe(true);
      expect(changedSandboxes(place)).toEqual([kill?.target?.name]);

      expect(journal.filter(({ act }) => act === 'replace-pod').map(({ target }) => target?.name)).toEqual([
        kill?.target?.name,
      ]);
      expect(place.get('pods', '.items[*].status.containerStatuses[*].restartCount')).toBe('0');
    },
    3 * MINUTES,
  );
});

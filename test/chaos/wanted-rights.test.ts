import { describe, expect, test } from 'vitest';
import { leastOf, type Wanted } from '../../src/chaos/safety/rights.ts';
import { rightsToApply } from '../../src/chaos/wanted-rights.ts';
import { FakeCluster } from './fake-cluster.ts';
import { shortScenario } from './scenario.ts';

describe('of what is wanted, only the least is asked for:', () => {
  const right = (options: Partial<Wanted> = {}): Wanted => ({
    ...{ verb: 'list', group: '', resource: 'pods', namespace: 'shop', name: undefined, to: 'to see' },
    ...options,
  });
  const everywhere = right({ namespace: undefined });
  const named = right({ name: 'web' });
  const optional = right({ without: 'it is not seen' });

  test.each([
    ['what is wanted twice, once', [right(), right({ to: 'to tell' })], [right()]],
    ['nothing in a namespace of what is wanted everywhere', [right(), everywhere], [everywhere]],
    ['nothing of one object of what is wanted of all', [named, right()], [right()]],
    ['both, of two objects', [named, right({ name: 'api' })], [named, right({ name: 'api' })]],
    ['both, of two verbs', [right(), right({ verb: 'watch' })], [right(), right({ verb: 'watch' })]],
    ['what is needed, rather than the same to be done without', [optional, right()], [right()]],
    [
      'what is needed, though more could be done without',
      [right(), { ...everywhere, without: 'it is not counted' }],
      [right(), { ...everywhere, without: 'it is not counted' }],
    ],
    ['nothing to be done without of what is needed', [{ ...named, without: 'less' }, right()], [right()]],
  ])('%s', (_, wanted, least) => {
    expect(leastOf(wanted)).toEqual(least);
  });
});

describe('what it takes to apply manifests', () => {
  const verbs = async (cluster: FakeCluster) => {
    const rights = await rightsToApply(cluster, shortScenario([]));
    return rights.map(({ verb, group, resource, namespace }) => `${verb} ${group}/${resource} ${namespace}`);
  };

  test('is nothing for what is there', async () => {
    const cluster = new FakeCluster(shortScenario([]));
    for (const object of shortScenario([]).objects.filter(({ kind }) => kind === 'Deployment')) {
      await cluster.apply(object);
    }
    expect(await verbs(cluster)).toEqual([
      'create /services default',
      'patch /services default',
      'delete /services default',
    ]);
  });

  test('is not known of a kind that another manifest may bring', async () => {
    const cluster = new FakeCluster(shortScenario([]));
    const none = Object.assign(cluster, {
      resourceOf: async () => undefined,
      find: async () => {
        throw new Error('no such kind');
      },
    });
    expect(await verbs(none)).toEqual([]);
  });
});

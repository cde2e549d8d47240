/** Faults that a mesh injects, caused and undone through the API: what is written, what is refused, what the load meets. */
import { describe, expect, test } from 'vitest';
import { checkFaults } from '../../src/chaos/check-faults.ts';
import { chooseTargets } from '../../src/chaos/choose.ts';
import { ChangedError } from '../../src/chaos/cluster/cluster.ts';
import type { VirtualService, VirtualServiceObject } from '../../src/chaos/cluster/virtual-service.ts';
import { actionFor } from '../../src/chaos/fault-action.ts';
import type { Target } from '../../src/chaos/safety/journal.ts';
import { EXIT } from '../../src/scenario/errors.ts';
import type { Fault, HttpAbort, HttpDelay } from '../../src/scenario/scenario.ts';
import { oneCluster } from './crash/one-cluster.ts';
import { FakeCluster, type FakeOptions } from './fake-cluster.ts';
import { expectUserError, ofType, run, started } from './run.ts';
import { lasting, shortScenario } from './scenario.ts';

const ROUTE = [{ destination: { host: 'nginx' } }];
const ABORT = { abort: { httpStatus: 503, percentage: { value: 100 } } };
/** Of somebody else's. */
const THEIRS = { delay: { fixedDelay: '0.001s', percentage: { value: 1 } } };
const DELAY = { delay: { fixedDelay: '0.05s', percentage: { value: 100 } } };

/** As somebody else has written it. */
const ruling = (change: Partial<VirtualService> = {}): VirtualServiceObject => {
  const { namespace = 'default', name = 'routes', uid = `uid-${namespace}-${name}`, ...spec } = change;
  return {
    metadata: { namespace, name, uid },
    spec: { hosts: ['nginx'], http: [{ route: ROUTE }], ...spec },
  };
};

/** With the workload there, its Service, and these. */
async function standing(
  faults: readonly Fault[],
  there: readonly VirtualServiceObject[],
  options?: FakeOptions,
) {
  const { scenario, cluster } = started(faults, options);
  for (const object of scenario.objects) await cluster.apply(object);
  cluster.virtual_services.push(...there);
  return { scenario, cluster };
}

async function targeted(fault: HttpDelay | HttpAbort, there: readonly VirtualServiceObject[]) {
  const { scenario, cluster } = await standing([fault], there);
  const choice = { scenario, cluster, trial: 0, entry_node: 'node-1' };
  const [target] = await chooseTargets(choice, fault, 'victims/0/0');
  const { apply, undo } = actionFor(fault.type);
  return {
    cluster,
    target: target as Target,
    apply: () => apply(cluster, fault, target as Target, AbortSignal.abort()),
    undo: () => undo!(cluster, target as Target),
  };
}

/** Of every rule that there is. */
const faultsIn = ({ virtual_services }: FakeCluster) =>
  virtual_services.flatMap(({ spec }) => (spec?.http ?? []).map(({ fault }) => fault));

describe('what is written', () => {
  /** What the API server has under a path, without what it counts itself. */
  async function written(type: 'http-delay' | 'http-abort') {
    const { cluster, scenario, fake } = await oneCluster({ fault: type });
    for (const object of scenario.objects) {
      if ((await cluster.find(object)) === undefined) await cluster.apply(object);
    }
    const all = () => {
      const path = '/apis/networking.istio.io/v1/virtualservices';
      const answer = fake.state.answer({ method: 'GET', path, query: {}, body: undefined });
      const { items } = answer!.body as { items: { metadata: Record<string, unknown> }[] };
      return items.map(({ metadata, ...rest }) => {
        const { uid, resourceVersion, creationTimestamp, managedFields, ...kept } = metadata;
        return { ...rest, metadata: kept };
      });
    };
    const before = all();
    const choice = { scenario, cluster, trial: 0, entry_node: 'node-1' };
    const [chosen] = await chooseTargets(choice, scenario.faults[0]!, 'victims/0/0');
    const target: Target = { ...chosen!, run: 'alice@laptop' };
    const { apply, undo } = actionFor(type);
    await apply(cluster, scenario.faults[0]!, target, AbortSignal.abort());
    const during = all();
    await undo!(cluster, target);
    return { target, before, during, after: all() };
  }

  test('is a VirtualService of its own where the Service has none: the fault, and the way on', async () => {
    const { target, before, during, after } = await written('http-delay');
    expect([before, after]).toEqual([[], []]);
    expect(target).toEqual({
      ...{ kind: 'Service', namespace: 'default', name: 'nginx', uid: expect.any(String) },
      run: 'alice@laptop',
      before: { virtual_service: `foreshock-${target.uid}`, injected: JSON.stringify(DELAY) },
    });
    expect(during).toEqual([
      {
        apiVersion: 'networking.istio.io/v1',
        kind: 'VirtualService',
        metadata: {
          name: `foreshock-${target.uid}`,
          namespace: 'default',
          labels: { 'app.kubernetes.io/managed-by': 'foreshock' },
          annotations: { 'foreshock.dev/run': 'alice@laptop' },
          ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name: 'nginx', uid: target.uid }],
        },
        spec: {
          hosts: ['nginx'],
          http: [
            {
              fault: { delay: { fixedDelay: '0.05s', percentage: { value: 100 } } },
              route: [{ destination: { host: 'nginx' } }],
            },
          ],
        },
      },
    ]);
  });

  test('is the fault in every rule of the one that it has, and nothing else', async () => {
    const { target, before, during, after } = await written('http-abort');
    const canary = { match: [{ headers: { canary: { exact: 'yes' } } }], route: ROUTE };
    const metadata = { name: 'routes', namespace: 'default' };
    expect(before).toEqual([{ metadata, spec: { hosts: ['nginx'], http: [canary, { route: ROUTE }] } }]);
    expect(target.before).toMatchObject({
      virtual_service: 'routes',
      virtual_service_uid: expect.any(String),
    });
    expect(during).toEqual([
      {
        metadata,
        spec: {
          hosts: ['nginx'],
          http: [
            { ...canary, fault: ABORT },
            { route: ROUTE, fault: ABORT },
          ],
        },
      },
    ]);
    expect(after).toEqual(before);
  });
});

describe('a fault of requests', () => {
  test('is met by the load while it stands; the timeline says when, and the journal how it is undone', async () => {
    const abort = lasting('http-abort');
    const { scenario, cluster } = started([abort]);
    const { error, trials, journal } = await run(cluster, scenario);
    expect(error).toBeUndefined();
    const requests = ofType(trials[0]!, 'request');
    expect(requests.some(({ outcome }) => outcome === 'bad-status')).toBe(true);
    // A busy sender sends one late, after it.
    const [end] = ofType(trials[0]!, 'fault-end');
    const later = requests.filter(({ at_ms, outcome }) => at_ms > end!.at_ms && outcome === 'bad-status');
    expect(later).toEqual([]);
    expect(ofType(trials[0]!, 'note').map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^http-abort was met by requests: \d+, the first sent at 0\.\d s/),
    );
    expect(faultsIn(cluster)).toEqual([]);
    const intent = journal.find(({ act }) => act === 'abort-requests');
    expect(intent).toMatchObject({ fault: 'http-abort', target: { kind: 'Service', name: 'nginx' } });
    expect(intent!.undo).toMatch(/^kubectl delete virtualservice -n default foreshock-uid-\d+$/);
  });

  test('that no request meets makes the trial invalid, and says so', async () => {
    const { scenario, cluster } = started([lasting('http-delay', { duration_ms: 2600 })], {
      enforces: false,
    });
    const long = { ...scenario, load: { ...scenario.load, duration_ms: 3000 } };
    const { error, trials, result } = await run(cluster, long);
    expect(error).toBeUndefined();
    expect(ofType(trials[0]!, 'no-effect')).toMatchObject([
      { name: 'http-delay', because: expect.stringContaining('was held up for 0.05 s') },
    ]);
    expect(result!.notes.join('\n')).toContain('http-delay had no effect');
  });

  test('is undone as often as is wished, and before it was caused', async () => {
    for (const there of [[], [ruling()]]) {
      const { cluster, apply, undo } = await targeted(lasting('http-abort'), there);
      expect(await undo()).toEqual({});
      await apply();
      expect(faultsIn(cluster)).toEqual([ABORT]);
      expect(await undo()).toEqual({});
      expect(await undo()).toEqual({});
      expect(cluster.virtual_services).toEqual(there);
    }
  });

  test('is taken off where it stands by now, and what somebody else has written meanwhile is left', async () => {
    const { cluster, apply, undo } = await targeted(lasting('http-abort'), [ruling()]);
    await apply();
    const theirs = { fault: { abort: { httpStatus: 404, percentage: { value: 1 } } }, route: ROUTE };
    const { metadata, spec } = cluster.virtual_services[0]!;
    cluster.virtual_services[0] = { metadata: metadata!, spec: { ...spec, http: [theirs, ...spec!.http!] } };
    expect(await undo()).toEqual({});
    expect(cluster.virtual_services[0]!.spec!.http).toEqual([theirs, { route: ROUTE }]);
    cluster.virtual_services.splice(0);
    expect(await undo()).toEqual({ note: 'VirtualService routes is gone' });
  });

  test('does not touch a VirtualService that was changed since it was chosen', async () => {
    const changes: readonly VirtualServiceObject[] = [
      ruling({ uid: 'another' }),
      ruling({ http: [{ route: ROUTE, fault: THEIRS }] }),
    ];
    for (const change of changes) {
      const { cluster, apply } = await targeted(lasting('http-abort'), [ruling()]);
      cluster.virtual_services[0] = change;
      await expect(apply()).rejects.toThrow(ChangedError);
      expect(cluster.virtual_services).toEqual([change]);
    }
  });

  test('says how a person undoes it', async () => {
    const { target } = await targeted(lasting('http-abort'), [ruling()]);
    expect(actionFor('http-abort').byHand(target)).toBe(
      'kubectl edit virtualservice -n default routes, and take `fault` off its rules',
    );
  });
});

describe('which VirtualService is changed', () => {
  test.each<[string, Partial<VirtualService>]>([
    ['its short name', { hosts: ['nginx'] }],
    ['its full name', { hosts: ['nginx.default.svc.cluster.local'] }],
    ['its full name in another domain', { hosts: ['nginx.default.svc.example.org'] }],
    ['it for sidecars and a gateway', { gateways: ['mesh', 'outside'] }],
  ])('one that names %s', async (_, change) => {
    const { target } = await targeted(lasting('http-delay'), [ruling(change)]);
    expect(target.before).toMatchObject({ virtual_service: 'routes' });
  });

  test.each<[string, Partial<VirtualService>]>([
    ['another Service', { hosts: ['nginx2'] }],
    ['one of its name in another namespace', { hosts: ['nginx.other.svc.cluster.local'] }],
    ['its short name, in another namespace', { namespace: 'other' }],
    ['it at gateways alone', { gateways: ['outside'] }],
    ['all hosts of another domain', { hosts: ['*.example.org'] }],
  ])('none that names %s: a new one is made', async (_, change) => {
    const { target } = await targeted(lasting('http-delay'), [ruling(change)]);
    expect(target.before).not.toHaveProperty('virtual_service_uid');
  });

  test('the one that the scenario names, whatever hosts it has', async () => {
    const fault = lasting('http-delay', { virtual_service: 'gate' });
    const gate = ruling({ name: 'gate', hosts: ['*', 'shop.example.org'], gateways: ['outside'] });
    const { target, cluster, apply } = await targeted(fault, [ruling(), gate]);
    expect(target.before).toMatchObject({ virtual_service: 'gate' });
    await apply();
    expect(faultsIn(cluster)).toEqual([undefined, DELAY]);
  });

  test.each<[string, readonly VirtualServiceObject[], string]>([
    ['several rule it', [ruling(), ruling({ name: 'more' })], 'there is more than one'],
    [
      'another namespace rules it',
      [ruling({ namespace: 'other', hosts: ['nginx.default.svc.cluster.local'] })],
      'not those alone',
    ],
    ['it rules other hosts', [ruling({ hosts: ['nginx', 'shop.example.org'] })], 'not those alone'],
    [
      'it rules all of the namespace',
      [ruling({ hosts: ['*.default.svc.cluster.local'] })],
      'not those alone',
    ],
    ['it injects a fault', [ruling({ http: [{ route: ROUTE, fault: THEIRS }] })], 'injects a fault already'],
    ['it sends nothing on', [ruling({ http: [] })], 'has no rule that sends HTTP requests on'],
    [
      'it leaves them to others',
      [ruling({ http: [{ delegate: { name: 'x' } }] })],
      'leaves requests to other',
    ],
  ])('none where %s: that is refused, before anything is touched', async (_, there, why) => {
    const { scenario, cluster } = await standing([lasting('http-abort')], there);
    const { error } = await run(cluster, scenario);
    expectUserError(error, EXIT.configuration, 'http-abort: ', why);
    expect(cluster.virtual_services).toEqual(there);
    expect(cluster.calls.filter((call) => /VirtualService/.test(call))).toEqual([]);
  });

  test('and one that is named must be there', async () => {
    const { scenario, cluster } = await standing([lasting('http-abort', { virtual_service: 'gate' })], []);
    const { error } = await run(cluster, scenario);
    expectUserError(error, EXIT.configuration, 'there is no VirtualService default/gate');
  });

  test('as far as the account may see: without a list of all namespaces, of its own', async () => {
    const elsewhere = ruling({ namespace: 'other', hosts: ['nginx.default.svc.cluster.local'] });
    const fault = lasting('http-delay');
    const { scenario, cluster } = await standing([fault], [elsewhere]);
    cluster.may = async (_verb: string, resource: string, namespace?: string) =>
      resource !== 'virtualservices' || namespace !== undefined;
    const choice = { scenario, cluster, trial: 0, entry_node: 'node-1' };
    const [target] = await chooseTargets(choice, fault, 'victims/0/0');
    expect(target!.before).not.toHaveProperty('virtual_service_uid');
  });
});

describe('before the first fault', () => {
  const place = (faults: readonly Fault[]) => {
    const scenario = shortScenario(faults);
    return { scenario, cluster: new FakeCluster(scenario), entry_node: 'node-1' };
  };
  const yes = async () => true;
  const no = async () => false;

  test('a cluster without Istio is told', async () => {
    const without = place([lasting('http-delay')]);
    without.cluster.resourceOf = (async () => undefined) as never;
    await expect(checkFaults(without, yes)).rejects.toMatchObject({
      exitCode: EXIT.configuration,
      message: 'http-delay: the cluster has no VirtualServices of networking.istio.io/v1',
    });
  });

  test('a load that passes no sidecar is told of, once for each fault', async () => {
    const faults = [lasting('http-delay'), lasting('http-delay'), lasting('http-abort')];
    const notes = await checkFaults(place(faults), no);
    expect(notes).toEqual([
      expect.stringMatching(
        /^http-delay: no istio-proxy is ready where the requests of the load are sent from/,
      ),
      expect.stringMatching(/^http-abort: no istio-proxy/),
    ]);
    expect(await checkFaults(place(faults), yes)).toEqual([]);
  });

  test('nothing is told of faults that its load need not meet, nor of others', async () => {
    const other = lasting('http-delay', { service: 'backend' });
    expect(await checkFaults(place([other, lasting('scale')]), no)).toEqual([]);
  });
});

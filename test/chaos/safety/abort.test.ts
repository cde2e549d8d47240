/** A run that one of its own rules ends: undone at once, its load stopped, and it says why. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { EXIT } from '../../../src/scenario/errors.ts';
import { SAFETY_DEFAULT } from '../../../src/scenario/safety.ts';
import type { Safety, Scenario } from '../../../src/scenario/scenario.ts';
import { FakeCluster, type FakeOptions } from '../fake-cluster.ts';
import { expectUserError, ofType, run } from '../run.ts';
import { lasting, podKill, shortScenario } from '../scenario.ts';

type Abort = Safety['abort'];

/** Two pods that are killed at 0.1 s, a registry that is away for longer than the load lasts, and a rule. */
function ruled(
  abort: Partial<Abort>,
  { options = {}, ...more }: Partial<Scenario> & { readonly options?: FakeOptions } = {},
) {
  const [nginx] = shortScenario([]).workloads;
  const scenario = shortScenario(
    [lasting('registry-outage', { at_ms: [50], duration_ms: undefined }), podKill({ mode: 'all' })],
    {
      safety: { ...SAFETY_DEFAULT, abort: { ...SAFETY_DEFAULT.abort, ...abort } },
      load: {
        ...shortScenario([]).load,
        duration_ms: 60_000,
        rate_per_s: 50,
        timeout_ms: 100,
        latency_limit_ms: 100,
      },
      workloads: [nginx!],
      ...more,
    },
  );
  return { scenario, cluster: new FakeCluster(scenario, { start_ms: 400, ...options }) };
}

async function expectAborted({ scenario, cluster }: ReturnType<typeof ruled>, reason: string): Promise<void> {
  const { error, trials, journal } = await run(cluster, scenario);
  expectUserError(error, EXIT.aborted, 'aborted by a rule of safety', reason);
  const [events] = trials;
  expect(
    ofType(events!, 'note')
      .map(({ text }) => text)
      .join(),
  ).toMatch(new RegExp(`aborted: .*${reason}`));
  // Stopped long before its minute was over, and everything is as it was.
  expect(ofType(events!, 'request').some(({ outcome }) => outcome === 'not-sent')).toBe(true);
  expect(cluster.broken).toEqual([]);
  expect(journal.filter(({ act }) => act === 'undo')).toHaveLength(1);
  expect(ofType(events!, 'fault-end').map(({ name }) => name)).toContain('registry-outage');
}

describe.concurrent('a trial is ended, and everything undone,', () => {
  test('by the error rate', async () => {
    await expectAborted(
      ruled({ error_rate: { above: 0.5, for_ms: 200 } }),
      'of the requests failed in the last 0.2 s',
    );
  });

  test('by an objective that cannot be met any more', async () => {
    const objectives = { ...shortScenario([]).objectives, downtime_s: 0.1 };
    await expectAborted(
      ruled({ objectives: true }, { objectives }),
      'objectives.downtime cannot be met any more',
    );
  });

  test('by a probe that fails', async () => {
    let asked = 0;
    const server = createServer((_, response) => {
      asked += 1;
      response.writeHead(asked > 16 && asked < 26 ? 503 : 200).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const probe = {
      ...{ url: `http://127.0.0.1:${port}/healthz`, every_ms: 50, timeout_ms: 5000, failures: 2 },
      expected_status: [200],
    };
    try {
      await expectAborted(ruled({ probe }), 'answers 503');
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  test('by a lost connection to the cluster, whose return is waited for', async () => {
    const place = ruled({ lost_connection_ms: 200 });
    const { cluster } = place;
    let isAway = false;
    cluster.before = (call) => {
      if (call.startsWith('registry-down')) {
        isAway = true;
        setTimeout(() => {
          isAway = false;
        }, 800);
      }
    };
    cluster.warm = async () => {
      if (isAway) throw new Error('no route');
    };
    await expectAborted(place, 'the connection to the cluster is lost for 0.2 s: no route');
  });

  test('by pods that somebody else takes away', async () => {
    const place = ruled(
      {},
      { faults: [lasting('registry-outage', { at_ms: [50], duration_ms: undefined })] },
    );
    const scenario = { ...place.scenario, safety: { ...place.scenario.safety, min_healthy: { pods: 2 } } };
    place.cluster.before = (call) => {
      if (!call.startsWith('registry-down')) return;
      setTimeout(async () => {
        const [pod] = await place.cluster.pods('default', { app: 'nginx' });
        await place.cluster.deletePod(pod!, 0);
      }, 100);
    };
    await expectAborted({ ...place, scenario }, '1 pods of nginx are ready; safety.min_healthy wants 2');
  });
});

test('nothing begins while the probe does not answer well', async () => {
  const probe = {
    url: 'http://127.0.0.1:1/',
    every_ms: 50,
    timeout_ms: 100,
    failures: 1,
    expected_status: [200],
  };
  const { scenario, cluster } = ruled({ probe });
  const { error } = await run(cluster, scenario, { steady_deadline_ms: 300 });
  expectUserError(error, EXIT.configuration, 'safety.abort.probe: http://127.0.0.1:1/ does not answer');
  expect(cluster.calls.some((call) => /^(delete|registry)/.test(call))).toBe(false);
});

test('the API server may be away for long where a fault takes it away', async () => {
  const scenario = shortScenario([lasting('control-plane-outage', { duration_ms: 200 })], {
    safety: { ...SAFETY_DEFAULT, abort: { ...SAFETY_DEFAULT.abort, lost_connection_ms: 50 } },
  });
  const cluster = new FakeCluster(scenario);
  cluster.warm = async () => {
    throw new Error('no route');
  };
  expect((await run(cluster, scenario)).error).toBeUndefined();
});

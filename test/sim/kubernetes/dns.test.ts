import { expect, it } from 'vitest';
import { constant } from '../../../src/scenario/distribution.ts';
import { step } from '../../../src/sim/cause.ts';
import { Environment } from '../../../src/sim/environment.ts';
import { ApiServer } from '../../../src/sim/kubernetes/api-server.ts';
import { ClusterDns } from '../../../src/sim/kubernetes/dns.ts';
import { Link } from '../../../src/sim/kubernetes/link.ts';
import { KUBERNETES } from '../../../src/sim/platform.ts';
import { INSTANT } from './environment.ts';

it('answers with the endpoints of the last lookup until the answer has aged, whether or not it named any', () => {
  const recorder = { record: () => {} };
  const timing = { ...INSTANT, dns_ttl: constant(30_000) };
  const environment = new Environment('1', 0, KUBERNETES, timing, recorder);
  const client = new ApiServer(environment).client(new Link(environment));
  const slice = (ready: string[]) => ({ name: 'default/web', ready, terminating: [], endpoints: [] });
  const dns = new ClusterDns(environment, client, slice(['a', 'b']));
  const cause = step(undefined, 'test', 0);
  const changes: [number, string][] = [];
  let last = 'a,b';
  for (let at_ms = 0; at_ms < 120_000; at_ms += 100) {
    environment.simulation.at(at_ms, () => {
      const now = dns.lookup().join();
      if (now !== last) changes.push([at_ms, now]);
      last = now;
    });
  }
  environment.simulation.at(1, () => client.endpoints.replace(slice([]), cause));
  environment.simulation.at(60_001, () => client.endpoints.replace(slice(['c']), cause));
  environment.simulation.runUntil(120_000);
  expect(changes.map(([, now]) => now)).toEqual(['', 'c']);
  const [[gone_ms], [back_ms]] = changes as [[number, string], [number, string]];
  expect(gone_ms).toBeGreaterThan(0);
  expect(gone_ms).toBeLessThanOrEqual(30_000);
  expect(back_ms - 60_001).toBeLessThanOrEqual(30_100);
  // Asked again one life of the answer after the other.
  expect((back_ms - gone_ms) % 30_000).toBe(0);
});

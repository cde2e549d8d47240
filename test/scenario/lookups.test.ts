import { expect, test } from 'vitest';
import { loadScenario } from '../../src/scenario/load.ts';
import { looksUpNames, lookupsOfRequests } from '../../src/scenario/lookups.ts';
import type { Container, Lookups, Workload } from '../../src/scenario/scenario.ts';
import { LOOKUPS, lookingUp } from '../support/looking-up.ts';

const NGINX = loadScenario('scenarios/nginx-x2.yaml');
const [PLAIN] = NGINX.workloads as readonly [Workload];
const [LOOKING_UP] = lookingUp(NGINX).workloads as readonly [Workload];

const of = (workload: Workload) => lookupsOfRequests(NGINX, workload);

test('a program that the requests reach looks names up for them where the scenario says so', () => {
  expect(of(LOOKING_UP)).toEqual(LOOKUPS);
  expect(of(PLAIN)).toBeUndefined();
});

test('one that does so for a probe does not do so for requests', () => {
  const [probed] = lookingUp(NGINX, { ...LOOKUPS, for: ['readiness'] }).workloads as readonly [Workload];
  expect(of(probed)).toBeUndefined();
  expect(looksUpNames(probed)).toBe(true);
  expect(looksUpNames(PLAIN)).toBe(false);
});

test('one that the Service of the load does not send to gets no requests', () => {
  expect(of({ ...LOOKING_UP, namespace: 'elsewhere' })).toBeUndefined();
  expect(of({ ...LOOKING_UP, pod: { ...LOOKING_UP.pod, labels: { app: 'other' } } })).toBeUndefined();
});

test('of several containers the one that has the port of the Service counts, else the first', () => {
  const [served] = PLAIN.pod.containers as readonly [Container];
  const beside = (port: number, lookups: Lookups | undefined): Container => ({
    ...{ ...served, name: 'beside', ports: [{ name: undefined, number: port }] },
    application: { ...served.application, lookups },
  });
  const pod = (...containers: Container[]): Workload => ({ ...PLAIN, pod: { ...PLAIN.pod, containers } });
  expect(of(pod(beside(9000, LOOKUPS), served))).toBeUndefined();
  expect(of(pod({ ...served, ports: [] }, beside(80, LOOKUPS)))).toEqual(LOOKUPS);
  expect(of(pod({ ...beside(80, LOOKUPS), ports: [] }, { ...served, ports: [] }))).toEqual(LOOKUPS);
});

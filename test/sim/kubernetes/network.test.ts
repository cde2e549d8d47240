import { expect, it } from 'vitest';
import { type Backend, Network } from '../../../src/sim/kubernetes/network.ts';
import { environment } from './environment.ts';

/** A pod whose accept queue is full. */
const FULL = {
  sandbox: { isUp: true },
  machine: { isReachable: true },
  process: { isListening: true, accept: () => false },
} as unknown as Backend;

const silent = { connected: () => {}, refused: () => {}, unreachable: () => {} };

it('a connection that meets a full accept queue comes back there for two minutes from its first SYN, and no longer', () => {
  const { environment: env } = environment();
  let chosen = 'full';
  const met: string[] = [];
  const backend = (pod: string) => {
    met.push(pod);
    return pod === 'full' ? FULL : undefined;
  };
  const network = new Network(
    env,
    () => ({ address: chosen }),
    backend,
    () => 1,
  );
  const connectAt = (at_ms: number) =>
    env.simulation.at(at_ms, () => network.connect(7, env.now_ms + 1500, silent));
  connectAt(1000);
  env.simulation.at(5000, () => {
    chosen = 'other';
  });
  connectAt(60_000);
  connectAt(119_000);
  env.simulation.runUntil(120_900);
  // Each SYN, and the same once more a second later.
  expect(met).toEqual(Array.from({ length: 6 }, () => 'full'));
  connectAt(121_100);
  env.simulation.runUntil(130_000);
  expect(met.slice(6)).toEqual(['other', 'other']);
});

it.each([
  ['one node', ['a', 'a'], 6],
  ['two nodes', ['a', 'b'], 12],
])('pods that are gone from %s: so many clients are told at once', (_, nodes, expected) => {
  const { environment: env } = environment();
  let next = 0;
  let told = 0;
  const network = new Network(
    env,
    () => ({ address: String(next++ % 2) }),
    () => undefined,
    (pod) => nodes[Number(pod)]!.charCodeAt(0),
  );
  const client = { ...silent, unreachable: () => (told += 1) };
  const connect = () => network.connect(undefined, env.now_ms + 500, client);
  // The first find that the addresses are gone, which takes a minute at the most.
  for (let count = 0; count < 2; count += 1) env.simulation.at(0, connect);
  for (let count = 0; count < 40; count += 1) env.simulation.at(60_000, connect);
  env.simulation.runUntil(63_100);
  expect(told).toBe(expected);
});

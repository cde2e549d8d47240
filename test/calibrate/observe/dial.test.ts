import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dial } from '../../../src/calibrate/observe/dial.ts';
import { now_ms } from '../../../src/chaos/clock.ts';

let server: Server;
let port: number;
beforeEach(async () => {
  server = createServer((socket) => socket.resume().end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as { port: number }).port;
});
afterEach(() => server.close());

const options = () => ({
  host: '127.0.0.1',
  port,
  gap_ms: 2,
  longest_ms: 5000,
  signal: new AbortController().signal,
  enough: () => false,
});

test('connections are accepted until nobody listens, then refused', async () => {
  let closed_ms = Number.POSITIVE_INFINITY;
  setTimeout(() => {
    server.close();
    closed_ms = now_ms();
  }, 100);
  const attempts = await dial({
    ...options(),
    enough: (seen) => seen.filter(({ outcome }) => outcome === 'refused').length >= 3,
  });
  const first = attempts.findIndex(({ outcome }) => outcome === 'refused');
  // Where the machine is busy an answer may come too late, which is silence and neither of the two.
  const accepted = attempts.filter(({ outcome }) => outcome === 'accepted');
  expect(accepted.length).toBeGreaterThan(5);
  expect(accepted.every(({ at_ms }) => at_ms <= closed_ms)).toBe(true);
  expect(attempts[first]!.at_ms).toBeGreaterThan(closed_ms - 50);
  expect(attempts.map(({ at_ms }) => at_ms)).toEqual(
    attempts.map(({ at_ms }) => at_ms).sort((a, b) => a - b),
  );
});

test('who does not answer is silent', async () => {
  // Nobody can be connected to at the broadcast address: the network says so at once.
  const attempts = await dial({ ...options(), host: '255.255.255.255', enough: (seen) => seen.length >= 3 });
  expect(attempts.map(({ outcome }) => outcome)).toEqual(
    expect.arrayContaining(['silent', 'silent', 'silent']),
  );
});

test('it ends when its time is up, or it is told to', async () => {
  const attempts = await dial({ ...options(), longest_ms: 50 });
  expect(attempts.length).toBeGreaterThan(3);
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 30);
  expect((await dial({ ...options(), signal: stop.signal })).length).toBeGreaterThan(1);
  expect(await dial({ ...options(), signal: AbortSignal.abort() })).toEqual([]);
});

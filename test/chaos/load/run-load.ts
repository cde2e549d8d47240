/** Sends a load from a process of its own and prints its events: `node run-load.ts PORT RATE DURATION_MS`. */
import { now_ms } from '../../../src/chaos/clock.ts';
import { WorkerSender } from '../../../src/chaos/load/sender.ts';
import { localPortRange } from '../../../src/chaos/load/source.ts';
import { schedule } from '../../../src/scenario/schedule.ts';

const [port, rate_per_s, duration_ms] = process.argv.slice(2).map(Number);
const sender = new WorkerSender({ host: '127.0.0.1', port: port!, route: 'loopback' });
await sender.run(
  {
    request: {
      path: '/',
      timeout_ms: 1000,
      latency_limit_ms: 1000,
      expected_status: [200],
      connections: 'per-request',
    },
    times_ms: schedule(
      { arrivals: 'constant', steps: [], rate_per_s: rate_per_s!, duration_ms: duration_ms! },
      () => 0,
    ),
    start_ms: now_ms() + 200,
    sources: { ports: 'own', addresses: [], range: localPortRange() },
  },
  (event) => console.log(JSON.stringify(event)),
  new AbortController().signal,
);
await sender.close();

import type { Calibration } from '../../src/calibrate/calibration-file.ts';
import { fitSamples } from '../../src/calibrate/fit.ts';
import { remainder } from '../../src/calibrate/remainder.ts';
import { draws, lognormal, normal, uniform } from './draw.ts';

const twoHumps = [...draws(20, 1, normal(100, 5)), ...draws(20, 2, normal(900, 5))];

/** As of a small cluster, with every kind of entry. */
export const CALIBRATION: Calibration = {
  date: '2026-11-21T10:00:00Z',
  foreshock: '0.1.0',
  cluster: { version: 'v1.35.4', where: 'https://127.0.0.1:6443', nodes: 2 },
  scenario: 'nginx-x2',
  kills: 40,
  // Not in the order of the table of timers, to see it put right.
  timing: {
    sandbox_start: { ...fitSamples(draws(40, 1, lognormal(95, 0.3))), source: 'containerd: RunPodSandbox' },
    api_write: { ...fitSamples(draws(40, 2, uniform(4, 12))), source: 'calls of the runner' },
    controller_sync: {
      ...remainder(draws(40, 3, lognormal(6, 0.6), uniform(4, 12)), [uniform(4, 12)]),
      source: 'replica set: watch to watch, less api_write',
    },
    kube_proxy_sync: { ...fitSamples([31, 42, 38]), source: 'kube-proxy: sync_proxy_rules_duration_seconds' },
  },
  applications: {
    web: { start_time: { ...fitSamples(twoHumps), source: 'exec to the first answer' } },
    'shop/server': {
      stop_time: { ...fitSamples(Array(12).fill(10)), source: 'SIGTERM to the end' },
      service_time: { ...fitSamples(draws(40, 5, lognormal(2, 0.2))), source: 'requests, one at a time' },
    },
  },
};

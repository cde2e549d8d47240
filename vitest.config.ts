import { defineConfig } from 'vitest/config';

/** In real time, most of them against a testbed: one file after the other, since they share two cores. */
const CLUSTER = [
  'test/conformance/{embedded,kubernetes}.test.ts',
  'test/e2e/**/*.test.ts',
  'test/**/*.e2e.test.ts',
];

/** Keep real time on a machine that others use as well: what misses its time is tried again. */
const REAL_TIME = ['test/chaos/**/*.test.ts', 'test/calibrate/observe/**/*.test.ts'];
/** Of them, what sends by the clock, to the millisecond: one file after the other, with a core to spare. */
const BY_THE_CLOCK = ['test/chaos/load/*.test.ts'];

/**
 * Every run tries other cases, and all of a run begin with one seed: a property that fails does so when it is tried
 * again, and FORESHOCK_PROPERTY_SEED gives the same cases once more.
 */
const PROPERTY_SEED = Number(process.env.FORESHOCK_PROPERTY_SEED ?? Date.now() % 2 ** 31);

const properties = {
  setupFiles: ['test/support/property-seed.ts'],
  provide: { propertySeed: PROPERTY_SEED },
};

/** To end what hangs, not to say what is slow: the machine may be busy. */
const TIMEOUT_MS = 30_000;
const CLUSTER_TIMEOUT_MS = 60_000;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...CLUSTER, ...REAL_TIME],
          sequence: { groupOrder: 0 },
          testTimeout: TIMEOUT_MS,
          ...properties,
        },
      },
      {
        test: {
          name: 'real-time',
          include: REAL_TIME,
          exclude: [...CLUSTER, ...BY_THE_CLOCK],
          sequence: { groupOrder: 1 },
          testTimeout: TIMEOUT_MS,
          retry: 2,
          ...properties,
        },
      },
      {
        test: {
          name: 'by-the-clock',
          include: BY_THE_CLOCK,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          testTimeout: TIMEOUT_MS,
          retry: 2,
          ...properties,
        },
      },
      {
        test: {
          name: 'cluster',
          include: CLUSTER,
          fileParallelism: false,
          sequence: { groupOrder: 3 },
          ...{ testTimeout: CLUSTER_TIMEOUT_MS, hookTimeout: CLUSTER_TIMEOUT_MS },
          ...properties,
        },
      },
    ],
  },
});

import { defineConfig } from 'vitest/config';

/** In real time, and some against the testbed: one file after the other, since they share two cores and a cluster. */
const CLUSTER = [
  'test/conformance/{embedded,kubernetes}.test.ts',
  'test/e2e/**/*.test.ts',
  'test/**/*.e2e.test.ts',
];

/** Keep real time on a machine that others use as well: what misses its time is tried again. */
const REAL_TIME = ['test/chaos/**/*.test.ts', 'test/calibrate/observe/**/*.test.ts'];

/**
 * Every run tries other cases, and all of a run begin with one seed: a property that fails does so when it is tried
 * again, and FORESHOCK_PROPERTY_SEED gives the same cases once more.
 */
const PROPERTY_SEED = Number(process.env.FORESHOCK_PROPERTY_SEED ?? Date.now() % 2 ** 31);

const properties = {
  setupFiles: ['test/support/property-seed.ts'],
  provide: { propertySeed: PROPERTY_SEED },
};

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...CLUSTER, ...REAL_TIME],
          sequence: { groupOrder: 0 },
          // To end what hangs, not to say what is slow: the machine may be busy.
          testTimeout: 30_000,
          ...properties,
        },
      },
      {
        test: {
          name: 'real-time',
          include: REAL_TIME,
          exclude: CLUSTER,
          sequence: { groupOrder: 1 },
          testTimeout: 30_000,
          retry: 2,
          ...properties,
        },
      },
      {
        test: {
          name: 'cluster',
          include: CLUSTER,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          testTimeout: 60_000,
          hookTimeout: 60_000,
          ...properties,
        },
      },
    ],
  },
});

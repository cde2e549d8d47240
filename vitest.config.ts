import { defineConfig } from 'vitest/config';

/** In real time, most of them against a testbed, and within each of the parts below one file after the other. */
const CLUSTER = [
  'test/conformance/{embedded,kubernetes}.test.ts',
  'test/e2e/**/*.test.ts',
  'test/**/*.e2e.test.ts',
];
/** tools/test.ts runs this part and the rest side by side, each in a testbed of its own; they take about as long. */
const PART_ONE = [
  'test/conformance/kubernetes.test.ts',
  'test/e2e/{chaos-toolkit,dry-run,in-cluster,sandbox-kill,sigkill}.test.ts',
];
/** What is held against a prediction, or timed, or takes what processor time there is: it wants the machine for itself. */
const TIMED = ['test/e2e/{calibrate,verify,stress}.test.ts', 'test/testbed/autoscaling.e2e.test.ts'];

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

const clusterPart = (name: string, groupOrder: number, include: string[], exclude: string[] = []) => ({
  test: {
    ...{ name: `cluster-${name}`, include, exclude },
    fileParallelism: false,
    sequence: { groupOrder },
    ...{ testTimeout: CLUSTER_TIMEOUT_MS, hookTimeout: CLUSTER_TIMEOUT_MS },
    ...properties,
  },
});

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
      clusterPart('one', 3, PART_ONE),
      clusterPart('two', 4, CLUSTER, [...PART_ONE, ...TIMED]),
      clusterPart('timed', 5, TIMED),
    ],
  },
});

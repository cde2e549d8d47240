import { defineConfig } from 'vitest/config';

/** In real time, most of them against a testbed, which tools/test.ts brings up; in three parts. */
const CLUSTER = [
  'test/conformance/{embedded,kubernetes}.test.ts',
  'test/e2e/**/*.test.ts',
  'test/**/*.e2e.test.ts',
];
/**
 * They wait for most of their time and judge none but that something comes at all; they work in namespaces of their own
 * and do nothing to nodes: two at a time on the one testbed. Two need none: the report's pages, and the embedded
 * clusters, which compute for 8 s of 53 and keep their times beside others.
 */
const TOGETHER = [
  'test/e2e/{api-faults,careful,chaos-toolkit,in-cluster,rights,sandbox-kill,sigkill}.test.ts',
  'test/e2e/report-page.test.ts',
  'test/conformance/embedded.test.ts',
];
/** So do these, one after the other, on testbeds that they bring up themselves: beside the former. */
const ELSEWHERE = ['test/testbed/**/*.e2e.test.ts', 'test/e2e/network.test.ts'];

/** Keep real time on a machine that others use as well: what misses its time is tried again. */
const REAL_TIME = ['test/chaos/**/*.test.ts', 'test/calibrate/observe/**/*.test.ts'];
/** At a time where a file lets its tests run together: most of them wait, as those of acts.test.ts, for 50 s of 54. */
const REAL_TIME_TESTS = 10;
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

const clusterPart = (
  part: string,
  include: string[],
  { groupOrder, maxWorkers, exclude = [] }: { groupOrder: number; maxWorkers: number; exclude?: string[] },
) => ({
  test: {
    ...{ name: `cluster-${part}`, include, exclude, maxWorkers },
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
          // All cores, of which vitest leaves one out by itself.
          maxWorkers: '100%',
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
          ...{ maxWorkers: '100%', maxConcurrency: REAL_TIME_TESTS },
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
      clusterPart('together', TOGETHER, { groupOrder: 3, maxWorkers: 2 }),
      clusterPart('elsewhere', ELSEWHERE, { groupOrder: 4, maxWorkers: 1 }),
      // What is held to times, or to a prediction, or done to nodes wants the machine and the testbed for itself.
      clusterPart('alone', CLUSTER, {
        ...{ groupOrder: 5, maxWorkers: 1 },
        exclude: [...TOGETHER, ...ELSEWHERE],
      }),
    ],
  },
});

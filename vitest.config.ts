import { defineConfig } from 'vitest/config';

/** In real time, and some against the testbed: one file after the other, since they share two cores and a cluster. */
const CLUSTER = [
  'test/conformance/{embedded,kubernetes}.test.ts',
  'test/e2e/**/*.test.ts',
  'test/**/*.e2e.test.ts',
];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: CLUSTER,
          sequence: { groupOrder: 0 },
          // To end what hangs, not to say what is slow: the machine may be busy.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'cluster',
          include: CLUSTER,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});

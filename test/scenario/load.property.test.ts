import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Distribution } from '../../src/scenario/distribution.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { ScenarioError } from '../../src/scenario/problem.ts';
import { TIMING } from '../../src/scenario/timing.ts';
import { msToDuration } from '../../src/scenario/units.ts';
import { DEPLOYMENT, filesWith, folderWith, SCENARIO, SERVICE } from './files.ts';

/** Far more than a test takes; other work may share the machine. */
const PATIENCE_MS = 60_000;

/** Something as a person writes it, and as it must be read. */
interface Written<Value> {
  readonly text: unknown;
  readonly read: Value;
}

const as =
  <Value>(write: (value: Value) => unknown) =>
  (read: Value): Written<Value> => ({ text: write(read), read });
const sameText = as((value: unknown) => value);

const milliseconds = fc.integer({ min: 1, max: 100_000 });
const duration = milliseconds.map(as(msToDuration));

const distribution: fc.Arbitrary<Written<Distribution>> = fc.oneof(
  milliseconds.map((value_ms) => ({
    text: msToDuration(value_ms),
    read: { kind: 'constant' as const, value_ms },
  })),
  fc.tuple(milliseconds, fc.nat(1000)).map(([min_ms, more]) => ({
    text: { uniform: { min: msToDuration(min_ms), max: msToDuration(min_ms + more) } },
    read: { kind: 'uniform' as const, min_ms, max_ms: min_ms + more },
  })),
  fc.tuple(milliseconds, milliseconds).map(([mean_ms, sd_ms]) => ({
    text: { normal: { mean: msToDuration(mean_ms), sd: msToDuration(sd_ms) } },
    read: { kind: 'normal' as const, mean_ms, sd_ms },
  })),
  fc.tuple(milliseconds, fc.double({ min: 0, max: 5, noNaN: true })).map(([median_ms, sigma]) => ({
    text: { lognormal: { median: msToDuration(median_ms), sigma } },
    read: { kind: 'lognormal' as const, median_ms, sigma },
  })),
  milliseconds.map((mean_ms) => ({
    text: { exponential: { mean: msToDuration(mean_ms) } },
    read: { kind: 'exponential' as const, mean_ms },
  })),
  fc.array(milliseconds, { minLength: 1, maxLength: 5 }).map((values_ms) => ({
    text: { empirical: values_ms.map(msToDuration) },
    read: { kind: 'empirical' as const, values_ms },
  })),
);

const anApplication = fc.record({
  start_time: distribution,
  service_time: distribution,
  concurrency: fc.integer({ min: 1, max: 1000 }).map(sameText),
  on_sigterm: fc.constantFrom('exit', 'drain', 'serve', 'ignore').map(sameText),
  stop_time: distribution,
  cpu_per_request: milliseconds.map(as(msToDuration)),
});

/** default_toleration is a flag with one value, not a delay that is drawn. */
const TIMERS = Object.keys(TIMING).filter((name) => name !== 'default_toleration');
const timing = fc.dictionary(fc.constantFrom(...TIMERS), distribution, { maxKeys: 4 });

const load = fc
  .record({
    rate: fc.integer({ min: 1, max: 1000 }),
    window_ms: fc.integer({ min: 1000, max: 60_000 }),
    timeout_ms: milliseconds,
    limit: fc.double({ min: 0.001, max: 1, noNaN: true }),
    path: fc.constantFrom('/', '/a?b=c', '/%20'),
    port: fc.constantFrom(80, 'main'),
    status: fc.array(fc.integer({ min: 100, max: 599 }), { minLength: 1, maxLength: 3 }),
    arrivals: fc.constantFrom('constant', 'poisson'),
    connections: fc.constantFrom('per-request', 'keep-alive'),
    source_ports: fc.constantFrom('own', 'kernel'),
    slash: fc.boolean(),
  })
  .map(({ rate, window_ms, timeout_ms, limit, path, port, status, slash, ...same }) => {
    const latency_limit_ms = Math.max(1, Math.floor(timeout_ms * limit));
    return {
      text: {
        ...same,
        path,
        port,
        service: 'web',
        rate: slash ? `${rate}/s` : rate,
        duration: msToDuration(window_ms),
        timeout: msToDuration(timeout_ms),
        latency_limit: msToDuration(latency_limit_ms),
        expected_status: status,
      },
      read: {
        ...same,
        path,
        port: 80,
        service: 'web',
        namespace: 'default',
        rate_per_s: rate,
        duration_ms: window_ms,
        timeout_ms,
        latency_limit_ms,
        expected_status: status,
        steps: [],
        resolve: 'address',
      },
    };
  });

const mode = fc.oneof(
  fc.constantFrom('one', 'all').map((name) => ({ mode: name })),
  fc.integer({ min: 1, max: 4 }).map((value) => ({ mode: 'fixed', value })),
  fc
    .tuple(fc.constantFrom('fixed-percent', 'random-max-percent'), fc.integer({ min: 25, max: 100 }))
    .map(([name, value]) => ({ mode: name, value })),
);

/** Within the shortest observation window, so that any load goes with it. */
const act = fc
  .tuple(mode, fc.integer({ min: 0, max: 499 }), fc.integer({ min: 1, max: 5 }))
  .map(([chosen, at_ms, times]) => ({
    text: { ...chosen, at: msToDuration(at_ms), repeat: { every: '100ms', times } },
    read: {
      ...chosen,
      workload: 'web',
      namespace: 'default',
      at_ms: Array.from({ length: times }, (_, k) => at_ms + 100 * k),
    },
  }));
const fault = fc.oneof(
  fc.tuple(act, fc.integer({ min: 0, max: 600 })).map(([{ text, read }, grace_period_s]) => ({
    text: { 'pod-kill': { ...text, grace_period: `${grace_period_s}s` } },
    read: { ...read, type: 'pod-kill', grace_period_s },
  })),
  act.map(({ text, read }) => ({
    text: { 'container-kill': text },
    read: { ...read, type: 'container-kill', container: 'server' },
  })),
);

const fraction = fc.oneof(
  fc.integer({ min: 0, max: 1000 }).map((tenths) => ({ text: `${tenths / 10}%`, read: tenths / 1000 })),
  fc.double({ min: 0, max: 1, noNaN: true }).map(sameText),
);

const texts = (fields: Readonly<Record<string, Written<unknown>>>) =>
  Object.fromEntries(Object.entries(fields).map(([name, { text }]) => [name, text]));
const reads = (fields: Readonly<Record<string, Written<unknown>>>) =>
  Object.fromEntries(Object.entries(fields).map(([name, { read }]) => [name, read]));

test(
  'what is written is what is read',
  () => {
    const folder = folderWith(filesWith());
    const file = join(folder, 'scenario.yaml');
    fc.assert(
      fc.property(
        fc.record({
          application: anApplication,
          timing,
          load,
          faults: fc.array(fault, { maxLength: 3 }),
          availability: fraction,
          downtime: duration,
          seed: fc.oneof(fc.integer(), fc.stringMatching(/^[a-z]{1,9}$/)),
          flow: fc.boolean(),
        }),
        ({ application: app, timing: timers, load: traffic, faults, availability, downtime, seed, flow }) => {
          const written = {
            version: 'foreshock/v1',
            manifests: ['deployment.yaml', 'service.yaml'],
            applications: { web: texts(app) },
            timing: texts(timers),
            load: traffic.text,
            faults: faults.map(({ text }) => text),
            objectives: { availability_time: availability.text, downtime: downtime.text },
            seed,
          };
          writeFileSync(file, stringify(written, { collectionStyle: flow ? 'flow' : 'block' }));
          const scenario = loadScenario(file);
          const { cpu_per_request: cpu_per_request_ms, ...application } = reads(app);
          expect(scenario.workloads[0]?.pod.containers[0]?.application).toEqual({
            ...application,
            cpu_per_request_ms,
          });
          expect(scenario.timing).toMatchObject(reads(timers));
          expect(scenario.load).toEqual(traffic.read);
          expect(scenario.faults).toMatchObject(faults.map(({ read }) => read));
          expect(scenario.objectives).toMatchObject({
            availability_time: availability.read,
            downtime_s: downtime.read / 1000,
          });
          expect(scenario.seed).toBe(String(seed));
          expect(loadScenario(file)).toEqual(scenario);
        },
      ),
      { numRuns: 100 },
    );
  },
  PATIENCE_MS,
);

/** Loads the files in place of those that load, and checks what an error must be. */
function mustLoadOrExplain(folder: string, name: string, text: string): void {
  for (const [file, content] of Object.entries(filesWith({ [name]: text })))
    writeFileSync(join(folder, file), content);
  try {
    loadScenario(join(folder, 'scenario.yaml'));
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
    for (const { position, message } of error.problems) {
      const lines = { [name]: text, ...filesWith({ [name]: text }) }[position.file.slice(folder.length + 1)];
      expect(lines, `a position in no file: ${position.file}`).toBeDefined();
      expect(position.line).toBeLessThanOrEqual(String(lines).split('\n').length);
      expect(position.column).toBeGreaterThanOrEqual(1);
      expect(message).not.toMatch(/Invalid input|undefined|\[object/);
    }
  }
}

const SOURCES = {
  'scenario.yaml': SCENARIO,
  'deployment.yaml': DEPLOYMENT,
  'service.yaml': SERVICE,
} as const;
const source = fc.constantFrom(...(Object.keys(SOURCES) as (keyof typeof SOURCES)[]));

describe('a damaged file loads or is explained, whatever the damage:', () => {
  const INSERTED = [
    ':',
    '- ',
    '\t',
    '\n',
    ' ',
    '{',
    '[',
    '"',
    "'",
    '&a ',
    '*a',
    '!x ',
    '---\n',
    '#',
    '|',
    '0',
    '-',
    '\u0000',
    'é',
  ];

  test(
    'characters dropped, inserted and moved',
    () => {
      const folder = folderWith(filesWith());
      fc.assert(
        fc.property(
          source,
          fc.array(fc.tuple(fc.nat(), fc.nat(12), fc.constantFrom('', ...INSERTED)), {
            minLength: 1,
            maxLength: 4,
          }),
          (name, edits) => {
            let text: string = SOURCES[name];
            for (const [where, dropped, inserted] of edits) {
              const at = where % (text.length + 1);
              text = text.slice(0, at) + inserted + text.slice(at + dropped);
            }
            mustLoadOrExplain(folder, name, text);
          },
        ),
        { numRuns: 150 },
      );
    },
    PATIENCE_MS,
  );

  test(
    'values replaced by anything at all',
    () => {
      const folder = folderWith(filesWith());
      const anything = fc.oneof(
        fc.jsonValue({ maxDepth: 2 }),
        fc.constantFrom(
          '__proto__',
          'constructor',
          '',
          '-1s',
          '1e400',
          Number.POSITIVE_INFINITY,
          Number.NaN,
          2 ** 53,
        ),
      );
      fc.assert(
        fc.property(
          source,
          fc.array(fc.nat(), { minLength: 1, maxLength: 6 }),
          anything,
          (name, steps, value) => {
            const root: unknown = parse(SOURCES[name]);
            let at: unknown = root;
            for (const [depth, step] of steps.entries()) {
              if (typeof at !== 'object' || at === null) break;
              const keys = Object.keys(at);
              const key = keys[step % keys.length];
              if (key === undefined) break;
              const record = at as Record<string, unknown>;
              if (depth === steps.length - 1 || typeof record[key] !== 'object') record[key] = value;
              at = record[key];
            }
            mustLoadOrExplain(folder, name, stringify(root));
          },
        ),
        { numRuns: 150 },
      );
    },
    PATIENCE_MS,
  );

  test(
    'any text',
    () => {
      const folder = folderWith(filesWith());
      fc.assert(
        fc.property(source, fc.string({ unit: 'binary', maxLength: 80 }), (name, text) =>
          // A lone surrogate cannot be written as UTF-8.
          mustLoadOrExplain(folder, name, text.toWellFormed()),
        ),
        { numRuns: 100 },
      );
    },
    PATIENCE_MS,
  );
});

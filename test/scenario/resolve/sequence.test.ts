import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { errorOf, filesWith, load, SCENARIO } from '../files.ts';

const files = (...faults: readonly object[]) => {
  const scenario = parse(SCENARIO);
  const yaml = { ...scenario, load: { ...scenario.load, duration: '60s' }, faults };
  return filesWith({ 'scenario.yaml': stringify(yaml) });
};
const timesOf = (...faults: readonly object[]) =>
  load(files(...faults)).faults.map(({ type, at_ms }) => [type, at_ms]);
const messages = (...faults: readonly object[]) =>
  errorOf(files(...faults)).problems.map(({ message, expected }) => `${message}; expected ${expected}`);

const kill = (more: object = {}) => ({ 'pod-kill': more });
const scale = (more: object = {}) => ({ scale: { replicas: 1, ...more } });

describe('a serial sequence', () => {
  test('begins each step when the one before is over: with its last act, its duration, or a pause', () => {
    const steps = [
      kill({ repeat: { every: '2s', times: 3 } }),
      scale({ at: '1s', duration: '5s' }),
      { pause: '10s' },
      kill(),
    ];
    expect(timesOf({ serial: { at: '3s', steps } })).toEqual([
      ['pod-kill', [3000, 5000, 7000]],
      ['scale', [8000]],
      ['pod-kill', [23_000]],
    ]);
  });

  test('holds others, and goes on when all of a parallel one are over', () => {
    const parallel = { steps: [scale({ duration: '4s' }), { serial: { steps: [{ pause: '6s' }, kill()] } }] };
    expect(timesOf({ serial: { at: '1s', steps: [{ parallel }, kill({ at: '500ms' })] } })).toEqual([
      ['scale', [1000]],
      ['pod-kill', [7000]],
      ['pod-kill', [7500]],
    ]);
  });

  test('is repeated as a whole', () => {
    const steps = [scale({ duration: '2s' }), kill({ repeat: { every: '1s', times: 2 } })];
    expect(timesOf({ serial: { at: '1s', repeat: { every: '10s', times: 2 }, steps } })).toEqual([
      ['scale', [1000, 11_000]],
      ['pod-kill', [3000, 4000, 13_000, 14_000]],
    ]);
  });

  test('stands beside single faults, in the order of the file', () => {
    expect(
      timesOf(kill({ at: '2s' }), { parallel: { at: '4s', steps: [kill(), kill({ at: '1s' })] } }),
    ).toEqual([
      ['pod-kill', [2000]],
      ['pod-kill', [4000]],
      ['pod-kill', [5000]],
    ]);
  });
});

describe('what is wrong with a sequence is said where it stands', () => {
  test.each([
    [
      'a step after one that is never over',
      [{ serial: { at: '1s', steps: [scale(), kill()] } }],
      'the scale lasts until the trial is over: what follows would never begin; expected a `duration`',
    ],
    [
      'the same deep inside, once',
      [{ serial: { at: '1s', steps: [{ serial: { steps: [scale(), kill()] } }, kill()] } }],
      'the scale lasts until the trial is over: what follows would never begin; expected a `duration`',
    ],
    [
      'a round that begins before the last is over',
      [{ serial: { at: '1s', repeat: { every: '4s', times: 2 }, steps: [{ pause: '5s' }, kill()] } }],
      'the next round would come after 4 s, before the last is over after 5 s; expected a longer time',
    ],
    [
      'a step behind the end of the load',
      [{ serial: { at: '50s', steps: [{ pause: '20s' }, kill()] } }],
      'the fault would act at 70 s, when the load has ended; expected a time before 60 s (`load.duration`)',
    ],
    [
      'a sequence of nothing',
      [{ serial: { at: '1s', steps: [] } }],
      '`faults[0].serial.steps` is empty; expected at least 1 item',
    ],
    [
      'a step at a drawn time, after which nobody knows when the next would begin',
      [{ serial: { at: '1s', steps: [kill({ at: { exponential: { mean: '2s' } } })] } }],
      '`faults[0].serial.steps[0].pod-kill.at` cannot be a mapping; expected a duration with its unit, such as 500ms, 2s or 1m30s',
    ],
    [
      'an unknown step',
      [{ serial: { at: '1s', steps: [{ 'pod-kil': {} }] } }],
      expect.stringMatching(
        /^unknown field `pod-kil` in `faults\[0\]\.serial\.steps\[0\]`; expected one of pod-kill, /,
      ),
    ],
  ] as const)('%s', (_, faults, expected) => {
    expect(messages(...faults)).toEqual([expected]);
  });

  test('with its line and column', () => {
    const faults =
      'serial:\n      at: 1s\n      steps:\n        - registry-outage: {}\n        - pod-kill: {}';
    const { problems } = errorOf(
      filesWith({ 'scenario.yaml': SCENARIO.replace('pod-kill:\n      at: 2s', faults) }),
    );
    expect(problems).toMatchObject([{ position: { file: 'scenario.yaml', line: 10, column: 11 } }]);
  });
});

test('whatever is nested in whatever, no step of a serial sequence begins before the one before it is over', () => {
  interface Step {
    readonly yaml: object;
    readonly acts: number;
    readonly lasts_ms: number;
  }
  const leaf: fc.Arbitrary<Step> = fc.oneof(
    fc.integer({ min: 1, max: 9 }).map((s) => ({ yaml: { pause: `${s}ms` }, acts: 0, lasts_ms: s })),
    fc.tuple(fc.nat(9), fc.integer({ min: 1, max: 9 })).map(([at, lasts]) => ({
      yaml: { 'container-pause': { at: `${at}ms`, duration: `${lasts}ms` } },
      acts: 1,
      lasts_ms: at + lasts,
    })),
  );
  const { step } = fc.letrec<{ step: Step }>((tie) => ({
    step: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc
        .tuple(fc.boolean(), fc.array(tie('step'), { minLength: 1, maxLength: 4 }))
        .map(([isSerial, steps]) => ({
          yaml: { [isSerial ? 'serial' : 'parallel']: { steps: steps.map(({ yaml }) => yaml) } },
          acts: steps.reduce((sum, { acts }) => sum + acts, 0),
          lasts_ms: isSerial
            ? steps.reduce((sum, { lasts_ms }) => sum + lasts_ms, 0)
            : Math.max(...steps.map(({ lasts_ms }) => lasts_ms)),
        })),
    ),
  }));
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 4 }), (steps) => {
      const serial = { at: '1s', steps: [...steps.map(({ yaml }) => yaml), kill()] };
      const times = timesOf({ serial });
      expect(times).toHaveLength(steps.reduce((sum, { acts }) => sum + acts, 1));
      expect(times.at(-1)).toEqual([
        'pod-kill',
        [1000 + steps.reduce((sum, { lasts_ms }) => sum + lasts_ms, 0)],
      ]);
    }),
    { numRuns: 50 },
  );
});

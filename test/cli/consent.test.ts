import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MeasureRequest } from '../../src/cli/arms.ts';
import { EXIT } from '../../src/scenario/errors.ts';
import { agrees } from '../report/examples.ts';
import { armsThatFind, foreshock, TestSignals } from './command.ts';

const SCENARIO = 'scenarios/nginx-x2.yaml';
const PLACE = {
  where: 'kubernetes v1.35.4, 3 nodes',
  identity: { kind: 'kubernetes', uid: 'u', context: 'staging', server: 'https://192.0.2.1:6443' },
} as const;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'foreshock-consent-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Asks as often as given, as a run does that is about to touch the cluster; what it touched. */
function arms(times = 1) {
  const touched: string[] = [];
  const measure = async ({ confirm, scenario }: MeasureRequest) => {
    for (let asked = 0; asked < times; asked += 1) await confirm(PLACE);
    touched.push(scenario.name);
    return agrees.measurement!;
  };
  return { touched, arms: { ...armsThatFind(agrees), measure } };
}

const words = (command = 'chaos', ...more: string[]) => [
  ...[command, SCENARIO, '--cluster', 'kubernetes', '--out', join(folder, 'out')],
  ...more,
];

describe('before faults hit a cluster that is not embedded', () => {
  test.each(['y', 'yes', ' Y '])(
    'a person is asked once, told where and what, and says %s',
    async (answer) => {
      const run = arms(2);
      const asked: string[] = [];
      const ask = async (question: string) => {
        asked.push(question);
        return answer;
      };
      const { code } = await foreshock(words(), run.arms, { ask });
      expect(code).toBe(EXIT.ok);
      expect(run.touched).toEqual(['nginx-x2']);
      expect(asked).toHaveLength(1);
      expect(asked[0]).toBe(
        [
          'About to cause faults in a real cluster:',
          '  cluster     kubernetes v1.35.4, 3 nodes',
          '  context     staging',
          '  server      https://192.0.2.1:6443',
          '  namespace   default',
          '  faults      pod-kill of Deployment default/nginx, all, at 2 s',
          '  trials      3',
          'Go on? [y/N] ',
        ].join('\n'),
      );
    },
  );

  test.each(['', 'n', 'no', 'yesterday', 'oy'])(
    'nothing is touched where the answer is "%s"',
    async (answer) => {
      const run = arms();
      const { code, stderr } = await foreshock(words(), run.arms, { ask: async () => answer });
      expect(code).toBe(EXIT.aborted);
      expect(stderr).toContain('not confirmed: nothing was touched');
      expect(run.touched).toEqual([]);
    },
  );

  test.each(['chaos', 'verify', 'calibrate'])(
    '%s ends before anything else where nobody can be asked',
    async (command) => {
      const given =
        command === 'calibrate' ? [command, SCENARIO, '--out', join(folder, 'a.json')] : words(command);
      const { code, stderr } = await foreshock(given);
      expect(code).toBe(EXIT.configuration);
      expect(stderr).toContain('there is no terminal to ask at');
      expect(stderr).toContain('--yes');
    },
  );

  test('--yes says it beforehand, with or without a terminal', async () => {
    for (const ask of [undefined, async () => 'n']) {
      const run = arms();
      const { code } = await foreshock(words('verify', '--yes'), run.arms, { ask });
      expect(code).toBe(EXIT.ok);
      expect(run.touched).toHaveLength(1);
    }
  });

  test('a signal ends the waiting for an answer', async () => {
    const run = arms();
    const signals = new TestSignals();
    const ask = (_: string, signal: AbortSignal) =>
      new Promise<string>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        signals.send('SIGINT');
      });
    const { stderr } = await foreshock(words(), run.arms, { ask, signals });
    expect(stderr).toContain('SIGINT: stopping');
    expect(run.touched).toEqual([]);
  });
});

test('the embedded cluster is nobody else’s: nothing is asked', async () => {
  const run = arms();
  const given = ['chaos', SCENARIO, '--out', join(folder, 'out')];
  expect((await foreshock(given, run.arms)).code).toBe(EXIT.ok);
  expect(run.touched).toHaveLength(1);
});

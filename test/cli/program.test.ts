import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MeasureRequest, PredictRequest } from '../../src/cli/arms.ts';
import { EXIT_MEANING } from '../../src/cli/program.ts';
import { renderJson } from '../../src/report/json.ts';
import { EXIT, UserError } from '../../src/scenario/errors.ts';
import type { Prediction } from '../../src/timeline/verdict.ts';
import { VERSION } from '../../src/version.ts';
import { agrees, differs, EXAMPLES, inconclusive } from '../report/examples.ts';
import { expectGolden } from '../report/golden.ts';
import { armsThatFind, foreshock, TestSignals } from './command.ts';

const SCENARIO = 'scenarios/nginx-x2.yaml';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'foreshock-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const out = () => ['--out', join(folder, 'out')];
const written = (name: string) => readFileSync(join(folder, 'out', name), 'utf8');

describe('help', () => {
  test.each([
    ['foreshock', ['--help']],
    ['predict', ['predict', '--help']],
    ['chaos', ['chaos', '--help']],
    ['verify', ['verify', '--help']],
    ['calibrate', ['calibrate', '--help']],
    ['restore', ['restore', '--help']],
    ['guard', ['guard', '--help']],
    ['rbac', ['rbac', '--help']],
    ['report', ['report', '--help']],
    ['import', ['import', '--help']],
    ['export', ['export', '--help']],
  ])('of %s', async (name, words) => {
    const { code, stdout, stderr } = await foreshock(words);
    expectGolden(`cli/${name}.txt`, stdout);
    expect({ code, stderr }).toEqual({ code: EXIT.ok, stderr: '' });
  });

  test('names every exit code and what it means, as the README does', async () => {
    const { stdout } = await foreshock(['--help']);
    const readme = readFileSync('README.md', 'utf8');
    for (const [name, code] of Object.entries(EXIT)) {
      expect(readme).toContain(`\n| ${code} | ${EXIT_MEANING[name as keyof typeof EXIT]} |\n`);
      expect(stdout).toContain(`  ${String(code).padEnd(4)} ${EXIT_MEANING[name as keyof typeof EXIT]}`);
    }
  });

  test('the version is the one of the package', async () => {
    expect(await foreshock(['--version'])).toMatchObject({ code: EXIT.ok, stdout: `${VERSION}\n` });
  });

  test('completion offers what fits, and is silent while a word is not right yet', async () => {
    const asked = (...words: string[]) => foreshock(['--get-yargs-completions', 'foreshock', ...words]);
    const { stdout } = await asked('predict', 'a.yaml', '--vary', 'zone=1', '--met');
    expect(stdout).toContain('--method');
    expect(await asked('predict', 'a.yaml', '--vary', '')).toMatchObject({ code: EXIT.ok, stderr: '' });
    expect(await asked('predict', 'a.yaml', '--trials', 'x', '--')).toMatchObject({
      code: EXIT.ok,
      stderr: '',
    });
  });

  test('completion prints a script for the shell', async () => {
    const { code, stdout } = await foreshock(['completion']);
    expect(code).toBe(EXIT.ok);
    expect(stdout).toContain('foreshock');
    expect(stdout).toContain('--get-yargs-completions');
  });
});

describe('a mistake on the command line ends with configuration, a way out, and without a stack', () => {
  test.each([
    ['no command', [], 'which command?', 'foreshock --help'],
    [
      'an unknown command',
      ['verfy', SCENARIO],
      'unknown command verfy\n  did you mean verify?',
      'foreshock --help',
    ],
    ['no scenario', ['verify'], 'which scenario?', 'foreshock verify --help'],
    ['no file', ['import'], 'which file?', 'foreshock import --help'],
    ['no tool', ['export', SCENARIO], 'to', 'foreshock export --help'],
    ['no folder', ['report'], 'which folder?', 'foreshock report --help'],
    [
      'a scenario after a list that takes it',
      ['calibrate', '--from', 'a.samples.jsonl', SCENARIO],
      'which scenario?',
      '--from takes all that follows it: name the scenario first;',
    ],
    [
      'an unknown option',
      ['verify', SCENARIO, '--trails', '3'],
      'unknown option --trails',
      'did you mean --trials?',
    ],
    [
      'an unknown option with =',
      ['verify', SCENARIO, '--source-adresses=x'],
      '--source-adresses',
      '--source-addresses?',
    ],
    [
      'an option of another command',
      ['predict', SCENARIO, '--context', 'x'],
      'unknown option --context',
      'chaos, verify, calibrate, restore, guard, game-day and rbac have it; see foreshock predict --help',
    ],
    [
      'an option of one other command',
      ['chaos', SCENARIO, '--kills=1'],
      'unknown option --kills',
      'calibrate has it; see foreshock chaos --help',
    ],
    [
      'an option like one of another command',
      ['predict', SCENARIO, '--contxt', 'x'],
      'unknown option --contxt',
      '  see foreshock predict --help',
    ],
    ['an unknown choice', ['verify', SCENARIO, '--cluster', 'docker'], 'docker', 'embedded or kubernetes'],
    ['no value', ['predict', SCENARIO, '--seed'], 'seed', 'predict --help'],
    [
      'trials that are no number',
      ['predict', SCENARIO, '--trials', 'many'],
      '--trials must be a whole number',
      '',
    ],
    [
      'no trials',
      ['verify', SCENARIO, '--predict-trials', '0'],
      '--predict-trials must be a whole number',
      '',
    ],
    [
      'too many trials to simulate',
      ['predict', SCENARIO, '--trials', '1000001'],
      'cannot be 1000001; expected a whole number from 1 to 1000000',
      '',
    ],
    [
      'too many trials at most',
      ['predict', SCENARIO, '--precision', '1%', '--max-trials', '1000001'],
      '--max-trials must be a whole number from 1 to 1000000',
      '',
    ],
    ['too many trials to measure', ['verify', SCENARIO, '--trials', '1001'], 'from 1 to 1000', ''],
    ['a folder without a name', ['predict', SCENARIO, '--out='], 'has no name', '--out'],
    [
      'a precision that is none',
      ['predict', SCENARIO, '--precision', '5'],
      '--precision must be a share such as 5%, not 5',
      '',
    ],
    [
      'a time without its unit',
      ['predict', SCENARIO, '--max-time', '60'],
      '--max-time must be a duration such as 60s, not 60',
      '',
    ],
    [
      'a number of trials and until when',
      ['predict', SCENARIO, '--trials', '9', '--max-time', '60s'],
      '--trials says how many',
      '--max-trials',
    ],
    ['no threads', ['verify', SCENARIO, '--workers', '0'], '--workers must be a whole number above 0', ''],
    ['two scenarios', ['predict', SCENARIO, 'more.yaml'], 'more.yaml', 'predict --help'],
    ['a missing scenario', ['predict', 'missing.yaml'], 'missing.yaml', 'no such file'],
    ['a folder as scenario', ['predict', 'scenarios'], 'scenarios', ''],
    ['a folder without results', ['report', 'scenarios'], 'scenarios: no results', 'verdict.json'],
    ['a folder that is not there', ['report', 'out/missing'], 'no results', 'verdict.json'],
  ])('%s', async (_name, words, message, hint) => {
    const { code, stdout, stderr } = await foreshock(words);
    expect(code).toBe(EXIT.configuration);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
    expect(stderr).not.toContain('    at ');
    expect(stderr).not.toContain('internal error');
  });

  test('a broken scenario is told with file, line and column', async () => {
    const file = join(folder, 'broken.yaml');
    writeFileSync(file, 'version: 1\nload: [\n');
    const { code, stderr } = await foreshock(['predict', file]);
    expect(code).toBe(EXIT.configuration);
    expect(stderr).toContain(`${file}:`);
    expect(stderr).toMatch(/:\d+:\d+: /);
  });

  test('a folder that cannot be made is named, before anything runs', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const { code, stderr } = await foreshock(['predict', SCENARIO, '--out', join(file, 'out')]);
    expect(code).toBe(EXIT.configuration);
    expect(stderr).toContain('choose another folder with --out');
  });
});

describe('verify', () => {
  test('refuses what the embedded cluster cannot do before anything is predicted', async () => {
    const { arms } = await import('../../src/cli/real-arms.ts');
    const { preflight } = arms;
    const scenario = 'scenarios/validation/one-autoscaled.yaml';
    const { code, stderr } = await foreshock(['verify', scenario, ...out()], { preflight });
    expect(code).toBe(EXIT.configuration);
    expect(stderr).toMatch(/autoscaled\.yaml:\d+:\d+: not in the embedded cluster: HorizontalPodAutoscaler/);
    expect(stderr).not.toContain('predicting');
  });

  test.each([
    ['agreement', agrees, EXIT.ok],
    ['a prediction that was wrong', differs, EXIT.predictionMissed],
    ['too little evidence', inconclusive, EXIT.inconclusive],
    [
      'agreement about a missed objective',
      { ...agrees, verdict: { ...agrees.verdict!, objectives: differs.verdict!.objectives } },
      EXIT.objectiveMissed,
    ],
  ])('ends with its own code: %s', async (_name, results, expected) => {
    const { code, stdout } = await foreshock(['verify', SCENARIO, ...out()], armsThatFind(results));
    expect(code).toBe(expected);
    expect(stdout.split('\n')[0]).toMatch(/^[A-Z, ]+ nginx-x2: downtime /);
  });

  test('writes the three results, the page and how to get them again', async () => {
    const { stdout } = await foreshock(['verify', SCENARIO, ...out()], armsThatFind(agrees));
    expect(written('verdict.json')).toBe(renderJson(agrees.verdict!));
    expect(written('prediction.json')).toBe(renderJson(agrees.prediction!));
    expect(written('measurement.json')).toBe(renderJson(agrees.measurement!));
    expect(written('report.html')).toContain('<!doctype html>');
    expect(JSON.parse(written('run.json'))).toMatchObject({
      command: expect.stringMatching(/^foreshock verify scenarios\/nginx-x2\.yaml --seed /),
    });
    for (const name of ['verdict.json', 'prediction.json', 'measurement.json', 'report.html']) {
      expect(stdout).toContain(join(folder, 'out', name));
    }
  });

  test('keeps the prediction where the measurement fails', async () => {
    const failing = {
      ...armsThatFind(agrees),
      measure: async () => {
        throw new UserError('no cluster is reachable', { exitCode: EXIT.configuration, hint: 'start one' });
      },
    };
    const { code, stderr } = await foreshock(['verify', SCENARIO, ...out()], failing);
    expect(code).toBe(EXIT.configuration);
    expect(stderr).toContain('no cluster is reachable\n  start one\n');
    expect(written('prediction.json')).toBe(renderJson(agrees.prediction!));
    expect(readdirSync(join(folder, 'out'))).not.toContain('verdict.json');
  });

  test('leaves no result of an earlier run beside what it begins', async () => {
    const failing = async () => {
      throw new UserError('no', { exitCode: EXIT.configuration });
    };
    for (const command of ['predict', 'chaos', 'verify']) {
      await foreshock(['verify', SCENARIO, ...out()], armsThatFind(agrees));
      for (const name of ['journal.jsonl', 'calibration.json']) writeFileSync(join(folder, 'out', name), '');
      await foreshock([command, SCENARIO, ...out()], { predict: failing, measure: failing });
      expect(readdirSync(join(folder, 'out')).toSorted()).toEqual(['calibration.json', 'journal.jsonl']);
    }
  });

  test('is reported as what it was, whatever was in its folder before', async () => {
    const missed = { ...agrees.prediction!, objectives: differs.verdict!.objectives };
    await foreshock(['chaos', SCENARIO, ...out()], armsThatFind(agrees));
    const run = await foreshock(['predict', SCENARIO, ...out()], { predict: async () => missed });
    const again = await foreshock(['report', join(folder, 'out')]);
    expect([run.code, again.code]).toEqual([EXIT.objectiveMissed, EXIT.objectiveMissed]);
    expect(again.stdout.split('\n')[0]).toBe(run.stdout.split('\n')[0]);
  });

  test('hands on seed, trials and target, and repeats them in the command to run again', async () => {
    const seen: MeasureRequest[] = [];
    const words = [
      '--seed',
      '0042',
      '--trials',
      '2',
      '--predict-trials',
      '7',
      '--cluster',
      'kubernetes',
      '--yes',
    ];
    const target = [
      ...['--context', 'my cluster', '--source-addresses', '127.0.0.2,127.0.0.3'],
      ...['--provider-command', '["lab", "break it"]'],
    ];
    const { stdout } = await foreshock(['verify', SCENARIO, ...words, ...target, ...out()], {
      ...armsThatFind(agrees),
      measure: async (request) => {
        seen.push(request);
        return agrees.measurement!;
      },
    });
    expect(seen[0]).toMatchObject({
      scenario: { seed: '0042', trials: { predict: 7, measure: 2 } },
      target: {
        cluster: 'kubernetes',
        context: 'my cluster',
        source_addresses: '127.0.0.2,127.0.0.3',
        provider_command: '["lab", "break it"]',
      },
    });
    expect(stdout).toContain(
      'foreshock verify scenarios/nginx-x2.yaml --seed 0042 --trials 2 --predict-trials 7 --cluster kubernetes --context \'my cluster\' --source-addresses 127.0.0.2,127.0.0.3 --provider-command \'["lab", "break it"]\'',
    );
  });

  test.each([
    ['--context', 'staging'],
    ['--source-addresses', '127.0.0.2'],
    ['--container-kill-command', 'kill-it'],
    ['--provider-command', 'lab'],
  ])('refuses %s on the embedded cluster, which has no use for it', async (flag, value) => {
    for (const command of ['chaos', 'verify']) {
      const { code, stderr } = await foreshock([command, SCENARIO, flag, value, ...out()]);
      expect(code).toBe(EXIT.configuration);
      expect(stderr).toContain(`${flag} is for a real Kubernetes`);
      expect(stderr).toContain('say --cluster kubernetes');
    }
  });

  test('leaves what the environment says of a real Kubernetes to runs on one', async () => {
    const seen: MeasureRequest[] = [];
    const arms = {
      ...armsThatFind(agrees),
      measure: async (request: MeasureRequest) => {
        seen.push(request);
        return agrees.measurement!;
      },
    };
    const env = { FORESHOCK_SOURCE_ADDRESSES: '127.0.0.2', FORESHOCK_PROVIDER_COMMAND: 'lab' };
    const embedded = await foreshock(['chaos', SCENARIO, ...out()], arms, { env });
    expect(embedded.stdout).not.toContain('--source-addresses');
    await foreshock(['chaos', SCENARIO, '--cluster', 'kubernetes', '--yes', ...out()], arms, { env });
    expect(seen.map(({ target }) => target.source_addresses)).toEqual([undefined, '127.0.0.2']);
    expect(seen.map(({ target }) => target.provider_command)).toEqual([undefined, 'lab']);
  });

  test('keeps every measured timeline and the first five predicted, and none of an earlier run', async () => {
    const run = async (trials: number) => {
      await foreshock(['verify', SCENARIO, ...out()], {
        ...armsThatFind(agrees),
        predict: async ({ recorderForTrial }) => {
          for (let trial = 0; trial < 9; trial += 1)
            recorderForTrial(trial)?.record({ type: 'note', at_ms: 0, text: '' });
          return agrees.prediction!;
        },
        measure: async ({ recorderForTrial }) => {
          for (let trial = 0; trial < trials; trial += 1)
            recorderForTrial(trial).record({ type: 'note', at_ms: 0, text: '' });
          return agrees.measurement!;
        },
      });
      return readdirSync(join(folder, 'out', 'timelines')).toSorted();
    };
    const predicted = [1, 2, 3, 4, 5].map((trial) => `predicted-00${trial}.jsonl`);
    expect(await run(3)).toEqual([
      'measured-001.jsonl',
      'measured-002.jsonl',
      'measured-003.jsonl',
      ...predicted,
    ]);
    expect(await run(1)).toEqual(['measured-001.jsonl', ...predicted]);
    expect(written('timelines/measured-001.jsonl')).toBe('{"type":"note","at_ms":0,"text":""}\n');
  });
});

describe('predict', () => {
  test('of the nginx scenario gives the same bytes for the same seed, and others for another', async () => {
    const { arms } = await import('../../src/cli/real-arms.ts');
    const predict = async (seed: string, name: string) => {
      const to = join(folder, name);
      await foreshock(['predict', SCENARIO, '--trials', '20', '--seed', seed, '--out', to], arms);
      return readFileSync(join(to, 'prediction.json'), 'utf8');
    };
    const first = await predict('1', 'a');
    expect(await predict('1', 'b')).toBe(first);
    expect(await predict('2', 'c')).not.toBe(first);
  });

  /** What the arm is asked, and what is shown of its result. */
  const limited = async (words: string[], stop: Prediction['stop'], trials = 782) => {
    const asked: PredictRequest[] = [];
    const { stdout, stderr } = await foreshock(['predict', SCENARIO, ...words, ...out()], {
      predict: async (request) => {
        asked.push(request);
        return { ...agrees.prediction!, trials, stop };
      },
    });
    return { asked: asked[0], text: stdout.replaceAll(/\s+/g, ' '), stderr };
  };

  test('until a precision: asks for it, says that it was reached, and repeats it in the command', async () => {
    const { asked, text, stderr } = await limited(
      ['--precision', '5%', '--max-trials', '9000', '--workers', '3'],
      {
        by: 'precision',
        precision: 0.05,
        reached: 0.0482,
      },
    );
    expect(asked).toMatchObject({ limits: { precision: 0.05, max_trials: 9000 }, workers: 3 });
    expect(stderr).toContain('predicting nginx-x2: downtime to ±5 %, 9,000 trials at most');
    expect(text).toContain(
      'the precision ended the prediction after 782 simulated trials: mean downtime is known to ±4.82 % (±5 % was asked for)',
    );
    expect(text).toContain('--seed 1 --precision 5% --max-trials 9000 --cluster kubernetes');
    expect(text).not.toContain('--workers');
  });

  test('until a time: says that the bytes may differ, and how to have these figures again', async () => {
    const { asked, text, stderr } = await limited(['--precision', '0.5%', '--max-time', '1m30s'], {
      by: 'max-time',
      precision: 0.005,
      max_time_s: 90,
      reached: 0.0482,
    });
    expect(asked).toMatchObject({ limits: { precision: 0.005, max_time_ms: 90_000 }, workers: undefined });
    expect(stderr).toContain('downtime to ±0.5 %, 100,000 trials or 90s at most');
    expect(text).toContain('the time of 90 s ended the prediction after 782 simulated trials');
    expect(text).toContain('depends on the machine');
    expect(written('report.html')).toContain('The time of 90 s ended the prediction');
    expect(text).toContain('--seed 1 --trials 782 --cluster kubernetes');
  });

  test('repeats a precision with all its digits, so that it ends at the same trial', async () => {
    const stop = { by: 'precision', precision: 0.12345, reached: 0.1 } as const;
    const { text } = await limited(['--precision', '12.345%'], stop);
    expect(text).toContain('--seed 1 --precision 12.345% --cluster kubernetes');
  });

  test('until a number of trials, of which none lost anything: no precision can be told', async () => {
    const { text } = await limited(['--max-trials', '50'], { by: 'max-trials' }, 50);
    expect(text).toContain(
      'the number of trials ended the prediction, after 50 simulated trials: no trial lost anything',
    );
    expect(text).toContain('--trials 50');
  });

  test('ended by its own number of trials needs no note', async () => {
    const { text } = await limited([], { by: 'trials', reached: 0.01 }, 1000);
    expect(text).not.toContain('ended the prediction');
    expect(text).toContain('--trials 1000');
  });

  test('says meanwhile how far it is, and how well the downtime is known by then', async () => {
    const { stderr } = await foreshock(
      ['predict', SCENARIO, ...out()],
      {
        predict: async ({ onProgress }) => {
          onProgress({ done: 1200, total: 2000, downtime_s: { mean: 3.0512, half_width: 0.041 } });
          return agrees.prediction!;
        },
      },
      { isTTY: true },
    );
    expect(stderr).toContain('1,200 of 2,000 trials, downtime 3.051 s ± 0.041');
  });

  test('touches no cluster', async () => {
    const { code } = await foreshock(['predict', SCENARIO, ...out()], {
      predict: async () => agrees.prediction!,
    });
    expect(code).toBe(EXIT.ok);
  });

  test('ends with objectiveMissed where the prediction misses one', async () => {
    const objectives = agrees.prediction!.objectives.map((objective) => ({ ...objective, met: false }));
    const { code } = await foreshock(['predict', SCENARIO, ...out()], {
      predict: async () => ({ ...agrees.prediction!, objectives }),
    });
    expect(code).toBe(EXIT.objectiveMissed);
  });
});

describe('chaos', () => {
  test('predicts nothing', async () => {
    const { measure } = armsThatFind(agrees);
    const { code, stdout } = await foreshock(['chaos', SCENARIO, ...out()], { measure: measure! });
    expect(code).toBe(EXIT.ok);
    expect(stdout).not.toContain('90 % of runs');
  });

  test('is inconclusive where no trial is valid', async () => {
    const { measure } = armsThatFind(inconclusive);
    expect((await foreshock(['chaos', SCENARIO, ...out()], { measure: measure! })).code).toBe(
      EXIT.inconclusive,
    );
  });
});

describe('report', () => {
  test('shows again what the run showed, with its exit code', async () => {
    const run = await foreshock(['verify', SCENARIO, ...out()], armsThatFind(differs));
    const again = await foreshock(['report', join(folder, 'out')]);
    const upToFiles = (text: string) => text.slice(0, text.indexOf('\nNotes'));
    expect(upToFiles(again.stdout)).toBe(upToFiles(run.stdout));
    expect(again.code).toBe(run.code);
    expect(again.stdout).toContain('foreshock verify scenarios/nginx-x2.yaml');
  });

  test('gives the verdict as JSON, as the run wrote it', async () => {
    await foreshock(['verify', SCENARIO, ...out()], armsThatFind(agrees));
    const { stdout } = await foreshock(['report', join(folder, 'out'), '--format', 'json']);
    expect(stdout).toBe(written('verdict.json'));
  });

  test('gives the page', async () => {
    await foreshock(['predict', SCENARIO, ...out()], { predict: async () => agrees.prediction! });
    const { stdout } = await foreshock(['report', join(folder, 'out'), '--format', 'html']);
    expect(stdout).toContain('<!doctype html>');
  });

  test.each([
    ['cut short', '{"schema": "foresho', 'not JSON'],
    ['of another schema', '{"schema": "foreshock.verdict/v9"}', 'not a foreshock.verdict/v1'],
    ['no object', 'null', 'not a foreshock.verdict/v1'],
    ['without a field', JSON.stringify({ ...agrees.verdict, metrics: undefined }), '`metrics` is missing'],
    [
      'wrong deep within',
      JSON.stringify({ ...agrees.verdict, objectives: [{ ...agrees.verdict!.objectives[0], met: 'yes' }] }),
      '`objectives[0].met` is missing, or not what a foreshock.verdict/v1 has there',
    ],
  ])('names a file that is %s', async (_name, text, message) => {
    await foreshock(['verify', SCENARIO, ...out()], armsThatFind(agrees));
    writeFileSync(join(folder, 'out', 'verdict.json'), text);
    const { code, stderr } = await foreshock(['report', join(folder, 'out')]);
    expect(code).toBe(EXIT.configuration);
    expect(stderr).toContain(`${join(folder, 'out', 'verdict.json')}: ${message}`);
  });
});

describe('what goes wrong in a run', () => {
  test('a bug is told with its stack and where to report it', async () => {
    const { code, stderr } = await foreshock(['predict', SCENARIO, ...out()]);
    expect(code).toBe(EXIT.internal);
    expect(stderr).toContain('internal error, please report it');
    expect(stderr).toContain('predict was not expected to be called');
    expect(stderr).toContain('    at ');
  });

  test('what could not be restored has a code of its own', async () => {
    const { code, stderr } = await foreshock(['chaos', SCENARIO, ...out()], {
      measure: async () => {
        throw new UserError('not restored after trial 1', { exitCode: EXIT.notRestored });
      },
    });
    expect(code).toBe(EXIT.notRestored);
    expect(stderr).toContain('not restored after trial 1');
  });
});

describe('Ctrl-C', () => {
  /** Waits for the signal as a measurement would: puts back, then says so. */
  const measureUntilAborted = async ({ signal }: MeasureRequest): Promise<never> => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    throw new UserError('aborted; the workload is back in steady state', { exitCode: EXIT.aborted });
  };

  test('once: asks for an orderly end and waits for it', async () => {
    const signals = new TestSignals();
    const { code, stderr, exited } = await foreshock(
      ['chaos', SCENARIO, ...out()],
      {
        measure: (request) => {
          setImmediate(() => signals.send('SIGINT'));
          return measureUntilAborted(request);
        },
      },
      { signals },
    );
    expect(code).toBe(EXIT.aborted);
    expect(exited).toBeUndefined();
    expect(stderr).toContain('putting the cluster back as it was');
    expect(stderr).toContain('aborted; the workload is back in steady state');
    expect(signals.listening).toBe(false);
  });

  test('twice: leaves at once, says where to look, and owns up to what may remain', async () => {
    const signals = new TestSignals();
    const { stderr, exited } = await foreshock(
      ['chaos', SCENARIO, ...out()],
      {
        measure: (request) => {
          setImmediate(() => {
            signals.send('SIGTERM');
            signals.send('SIGTERM');
          });
          return measureUntilAborted(request);
        },
      },
      { signals },
    );
    expect(exited).toBe(EXIT.notRestored);
    expect(stderr).toContain(join(folder, 'out', 'journal.jsonl'));
  });

  test('by a terminal that is closed: an orderly end, however often it is said', async () => {
    const signals = new TestSignals();
    const { code, stderr, exited } = await foreshock(
      ['chaos', SCENARIO, ...out()],
      {
        measure: (request) => {
          setImmediate(() => {
            for (const signal of ['SIGHUP', 'SIGHUP'] as const) signals.send(signal);
          });
          return measureUntilAborted(request);
        },
      },
      { signals },
    );
    expect([code, exited]).toEqual([EXIT.aborted, undefined]);
    expect(stderr).toContain('SIGHUP: stopping, and putting the cluster back as it was');
  });

  test('by a bug that nobody catches: told at once, and an orderly end', async () => {
    const signals = new TestSignals();
    const { stderr, exited } = await foreshock(
      ['chaos', SCENARIO, ...out()],
      {
        measure: (request) => {
          setImmediate(() => signals.throw(new Error('no such thing')));
          return measureUntilAborted(request);
        },
      },
      { signals },
    );
    expect(exited).toBeUndefined();
    expect(stderr).toMatch(/internal error.*\n.*no such thing[\s\S]*back in steady state/);
    expect(signals.listening).toBe(false);
  });

  test('while predicting: nothing was touched, and no fault follows', async () => {
    const signals = new TestSignals();
    const { code, stderr } = await foreshock(
      ['verify', SCENARIO, ...out()],
      {
        preflight: async () => {},
        predict: async ({ onProgress }) => {
          signals.send('SIGINT');
          onProgress({ done: 1, total: 2, downtime_s: { mean: 0, half_width: 0 } });
          return agrees.prediction!;
        },
      },
      { signals },
    );
    expect(code).toBe(EXIT.aborted);
    expect(stderr).toContain('nothing was touched');
  });
});

describe('progress and colour', () => {
  const verify = (options: Parameters<typeof foreshock>[2]) =>
    foreshock(['verify', SCENARIO, ...out()], armsThatFind(agrees), options);

  test('without a terminal: plain lines on stderr, the result alone on stdout, no escapes', async () => {
    const { stdout, stderr } = await verify({});
    expect(stderr).toMatch(/^predicting nginx-x2: .*\nmeasuring nginx-x2 on embedded: .*\n$/);
    expect(stdout.startsWith('AGREES')).toBe(true);
    expect(stdout + stderr).not.toContain('\u001b');
  });

  test('on a terminal: one live line, cleared before the result, which is coloured', async () => {
    const { stdout, stderr } = await verify({ isTTY: true });
    expect(stderr).not.toContain('\n');
    expect(stderr.endsWith('\r\u001b[2K')).toBe(true);
    expect(stdout).toContain('\u001b[');
  });

  test.each([
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '0' }, true, false],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false, true],
    [{ TERM: 'dumb' }, true, false],
  ])('with %o, on a terminal: %s, the result is coloured: %s', async (env, isTTY, colored) => {
    const { stdout } = await verify({ env, isTTY });
    expect(stdout.includes('\u001b[')).toBe(colored);
  });
});

test('every example can be stored and shown again', async () => {
  for (const [name, results] of Object.entries(EXAMPLES)) {
    const command = results.verdict ? 'verify' : results.prediction ? 'predict' : 'chaos';
    const to = join(folder, name);
    const run = await foreshock([command, SCENARIO, '--out', to], armsThatFind(results));
    expect((await foreshock(['report', to])).stdout.split('\n')[0]).toBe(run.stdout.split('\n')[0]);
  }
});

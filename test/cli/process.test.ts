/** The command line as a process: what only real arguments, exit codes and signals can show. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { EXIT } from '../../src/scenario/errors.ts';
import { kubeconfigFor } from '../chaos/cluster/kubernetes/fake-api-server.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const SCENARIO = 'scenarios/nginx-x2.yaml';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'foreshock-process-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
/** A folder of a test's own. */
const own = () => mkdtempSync(join(folder, 'test-'));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param onStderr called with all of stderr so far, whenever there is more */
function foreshock(
  words: readonly string[],
  onStderr?: (text: string, kill: (signal: NodeJS.Signals) => void) => void,
  env: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text) => {
    stdout += text;
  });
  child.stderr.on('data', (text) => {
    stderr += text;
    onStderr?.(stderr, (signal) => child.kill(signal));
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

test('the exit code reaches the shell, the result stdout, the message stderr', async () => {
  const good = await foreshock(['predict', SCENARIO, '--trials', '5', '--out', own()]);
  expect(good).toMatchObject({
    code: EXIT.ok,
    stdout: expect.stringContaining('nginx-x2: downtime predicted'),
  });
  const bad = await foreshock(['predict', 'missing.yaml']);
  expect(bad).toMatchObject({ code: EXIT.configuration, stdout: '' });
  expect(bad.stderr).toContain('missing.yaml');
});

test('a scenario may come through a pipe, which gives its text once', async () => {
  const place = own();
  const [file, pipe] = [join(place, 'scenario.yaml'), join(place, 'pipe')];
  const manifests = resolve('scenarios/nginx-x2');
  writeFileSync(file, readFileSync(SCENARIO, 'utf8').replace('- nginx-x2/', `- ${manifests}/`));
  execFileSync('mkfifo', [pipe]);
  const writer = spawn('sh', ['-c', 'cat "$1" > "$2"', 'sh', file, pipe]);
  const { code, stdout } = await foreshock(['predict', pipe, '--trials', '2', '--out', join(place, 'out')]);
  writer.kill();
  expect(stdout).toContain('pipe: downtime predicted');
  expect(code).toBe(EXIT.ok);
});

test('a reader that leaves early does not turn the outcome into a crash', async () => {
  const child = spawn(process.execPath, [MAIN, 'predict', SCENARIO, '--trials', '5', '--out', own()]);
  child.stdout.destroy();
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect(code).toBe(EXIT.ok);
});

test.each([
  ['SIGINT', '1'],
  ['SIGTERM', '2'],
] as const)(
  '%s while predicting on %s threads ends it, soon and in order',
  async (signal, workers) => {
    let sent = false;
    const ended = await foreshock(
      ['predict', SCENARIO, '--trials', '1000000', '--workers', workers, '--out', own()],
      (stderr, kill) => {
        if (!sent && stderr.includes('predicting')) {
          sent = true;
          kill(signal);
        }
      },
    );
    expect(ended.code).toBe(EXIT.aborted);
    expect(ended.stderr).toContain(`${signal}: stopping`);
    expect(ended.stderr).toContain('nothing was touched');
  },
  20_000,
);

test.concurrent('that no cluster answers is said, and where it was asked', async () => {
  const KUBECONFIG = join(own(), 'kubeconfig');
  writeFileSync(KUBECONFIG, kubeconfigFor('https://127.0.0.1:1'));
  const words = ['chaos', SCENARIO, '--cluster', 'kubernetes', '--yes', '--out', own()];
  const { code, stderr } = await foreshock(words, undefined, { KUBECONFIG });
  expect(code, stderr).toBe(EXIT.configuration);
  expect(stderr).toContain('127.0.0.1:1');
}, 60_000);

describe.concurrent('in mid-fault, what was done is undone before the end', () => {
  const BUG_ON_SIGUSR2 = `data:text/javascript,process.on('SIGUSR2', () => { throw new Error('a bug') })`;

  test.each<[string, EndOf]>([
    [
      'with a log that nobody keeps any more, as `2>&1 | tee` at Ctrl-C',
      { signal: 'SIGINT', stderr: 'closed', code: EXIT.aborted },
    ],
    ['when the terminal is closed', { signal: 'SIGHUP', stderr: 'closed', code: EXIT.aborted }],
    ['after an exception that nobody catches', { signal: 'SIGUSR2', stderr: 'open', code: EXIT.internal }],
  ])(
    '%s',
    async (_, { signal, stderr, code }) => {
      const place = own();
      const scenario = join(place, 'bad-image.yaml');
      const text = readFileSync(SCENARIO, 'utf8').replace(
        '- nginx-x2/',
        `- ${resolve('scenarios/nginx-x2')}/`,
      );
      const fault = 'faults:\n  - bad-image:\n      workload: nginx\n      at: 0s\n\n';
      writeFileSync(scenario, text.replace(/faults:[\s\S]*?\n\n/, fault).replace('10s', '120s'));
      const journal = join(place, 'out', 'journal.jsonl');
      const acts = () =>
        (existsSync(journal) ? readFileSync(journal, 'utf8') : '').split('\n').filter(Boolean);
      const words = [
        MAIN,
        'chaos',
        scenario,
        '--cluster',
        'embedded',
        '--trials',
        '1',
        '--out',
        dirname(journal),
      ];
      const child = spawn(process.execPath, ['--import', BUG_ON_SIGUSR2, ...words]);
      let said = '';
      child.stderr.on('data', (more) => {
        said += more;
      });
      const ended = new Promise((done) => child.on('close', done));
      try {
        await vi.waitFor(() => expect(outcomeOf('set-image', acts())).toBe('done'), WAIT);
        if (stderr === 'closed') child.stderr.destroy();
        child.kill(signal);
        expect(await ended, said).toBe(code);
        expect(outcomeOf('undo', acts())).toBe('done');
        expect(said.includes('a bug')).toBe(signal === 'SIGUSR2');
      } finally {
        child.kill('SIGKILL');
      }
    },
    40_000,
  );
});

interface EndOf {
  readonly signal: NodeJS.Signals;
  readonly stderr: 'open' | 'closed';
  readonly code: number;
}

const WAIT = { timeout: 20_000, interval: 100 };

function outcomeOf(act: string, journal: readonly string[]): string | undefined {
  const lines: { id: string; act?: string; outcome?: string }[] = journal.map((line) => JSON.parse(line));
  const intent = lines.find((line) => line.act === act);
  return lines.find((line) => line.id === intent?.id && line.outcome !== undefined)?.outcome;
}

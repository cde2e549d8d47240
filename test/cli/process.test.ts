/** The command line as a process: what only real arguments, exit codes and signals can show. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EXIT } from '../../src/scenario/errors.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const SCENARIO = 'scenarios/nginx-x2.yaml';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'foreshock-process-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param onStderr called with all of stderr so far, whenever there is more */
function foreshock(
  words: readonly string[],
  onStderr?: (text: string, kill: (signal: NodeJS.Signals) => void) => void,
): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
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
  const good = await foreshock(['predict', SCENARIO, '--trials', '5', '--out', folder]);
  expect(good).toMatchObject({
    code: EXIT.ok,
    stdout: expect.stringContaining('nginx-x2: downtime predicted'),
  });
  const bad = await foreshock(['predict', 'missing.yaml']);
  expect(bad).toMatchObject({ code: EXIT.configuration, stdout: '' });
  expect(bad.stderr).toContain('missing.yaml');
});

test('a reader that leaves early does not turn the outcome into a crash', async () => {
  const child = spawn(process.execPath, [MAIN, 'predict', SCENARIO, '--trials', '5', '--out', folder]);
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
      ['predict', SCENARIO, '--trials', '1000000', '--workers', workers, '--out', folder],
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

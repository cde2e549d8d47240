import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Measurement, Verdict } from '../../src/timeline/verdict.ts';
import { CONTAINER_KILL_COMMAND } from '../support/lab.ts';

const FORESHOCK = fileURLToPath(new URL('../../dist/foreshock.js', import.meta.url));

export interface Verified {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What the run wrote, read when it is asked for. */
  verdict(): Verdict;
  measurement(): Measurement;
}

/** Runs `foreshock verify` on the testbed, whose network this process must be in, as a user would. */
export async function verify(
  scenario: string,
  options: { readonly trials: number; readonly out: string; readonly onLine?: (line: string) => void },
): Promise<Verified> {
  const { trials, out } = options;
  const args = [
    'verify',
    scenario,
    '--cluster',
    'kubernetes',
    '--yes',
    '--trials',
    String(trials),
    '--out',
    out,
  ];
  const child = spawn(
    process.execPath,
    [FORESHOCK, ...args, '--container-kill-command', CONTAINER_KILL_COMMAND],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const text = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (chunk: string) => {
      text[stream] += chunk;
      if (stream === 'stderr') for (const line of chunk.split('\n').filter(Boolean)) options.onLine?.(line);
    });
  }
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exit) => resolve(exit ?? 1));
  });
  const read = (file: string) => JSON.parse(readFileSync(join(out, file), 'utf8'));
  return { code, ...text, verdict: () => read('verdict.json'), measurement: () => read('measurement.json') };
}

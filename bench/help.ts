import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median, type Result } from './result.ts';

const PROGRAM = fileURLToPath(new URL('../dist/foreshock.js', import.meta.url));
const RUNS = 10;

/** From nothing to the end of `foreshock --help`, of the bundle that users run. */
export async function help(): Promise<Result> {
  const run = () => {
    const begin_ms = performance.now();
    execFileSync(process.execPath, [PROGRAM, '--help'], { stdio: 'ignore' });
    return performance.now() - begin_ms;
  };
  run();
  return { unit: 'ms', value: Math.round(median(Array.from({ length: RUNS }, run))) };
}

import { join } from 'node:path';
import { expect } from 'vitest';
import { instanceNamed } from '../../testbed/instance.ts';
import { whyNotHere } from '../../testbed/requirements.ts';
import { attempt, type Outcome, sleep } from '../../testbed/run.ts';

/** For end-to-end tests: a testbed of a name of its own, through its command line. */

// The first `up` of a machine builds Kubernetes.
export const BUILD_TIMEOUT_MS = 20 * 60_000;
export const UP_TIMEOUT_MS = 120_000;
export const MAIN = join(import.meta.dirname, '../../testbed/main.ts');

const reason = whyNotHere();
/** A machine that cannot host one skips; the project's own builds must be able to. */
export const skipped = reason !== undefined && process.env.CI !== 'true';
export const title = (what: string): string => `${what}${skipped ? ` (skipped: ${reason})` : ''}`;

export function testbedNamed(name: string) {
  const instance = instanceNamed(name);
  const environment = { ...process.env, FORESHOCK_TESTBED: instance.name };
  const testbed = (...args: string[]): Promise<Outcome> =>
    attempt([process.execPath, MAIN, ...args], { env: environment });
  const inLab = (...command: string[]): Promise<Outcome> => testbed('exec', '--', ...command);

  async function kubectl(...args: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await inLab('kubectl', ...args);
    expect(exitCode, stderr).toBe(0);
    return stdout;
  }

  /** The status of the answer, or why there was none: timeout (after 2 s), ECONNREFUSED, ... */
  async function get(hostAndPort: string, from = '198.18.0.1'): Promise<string> {
    const script = `const { request } = require('node:http');
      const sent = request('http://${hostAndPort}/', { localAddress: '${from}', timeout: 2000 }, (response) => {
        console.log(response.statusCode);
        response.resume();
      });
      sent.on('timeout', () => sent.destroy({ code: 'timeout' })).on('error', ({ code }) => console.log(code)).end();`;
    return (await inLab(process.execPath, '--eval', script)).stdout.trim();
  }

  return { instance, environment, testbed, inLab, kubectl, get };
}

export async function until(check: () => boolean | Promise<boolean>, timeout_ms = 30_000): Promise<void> {
  const deadline = Date.now() + timeout_ms;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`waited ${timeout_ms} ms in vain for ${check}`);
    await sleep(100);
  }
}

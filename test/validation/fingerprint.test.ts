import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fingerprintOf } from './fingerprint.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'foreshock-fingerprint-'));
  cpSync('scenarios/validation', folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const SCENARIO = 'one-forced.yaml';
const TESTBED = ['--nodes', '2'];
const fingerprint = (testbed: readonly string[] = TESTBED) => fingerprintOf(join(folder, SCENARIO), testbed);

function edit(file: string, from: string | RegExp, to: string): void {
  const path = join(folder, file);
  const before = readFileSync(path, 'utf8');
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  writeFileSync(path, after);
}

describe('fingerprintOf', () => {
  it.each([
    ['the load', SCENARIO, 'rate: 100', 'rate: 90'],
    ['a fault', SCENARIO, 'grace_period: 0s', 'grace_period: 5s'],
    ['a manifest', 'manifests/one.yaml', 'periodSeconds: 1', 'periodSeconds: 2'],
    ['the Service', 'manifests/service.yaml', 'targetPort: 80', 'targetPort: 8080'],
  ])('changes with %s', (_what, file, from, to) => {
    const before = fingerprint();
    edit(file, from, to);
    expect(fingerprint()).not.toBe(before);
  });

  it('changes with the testbed', () => {
    expect(fingerprint(['--nodes', '3'])).not.toBe(fingerprint());
  });

  it.each([
    ['a comment', 'manifests/one.yaml', /^/, '# for people\n'],
    ['what is told of the application', SCENARIO, 'stop_time: 10ms', 'stop_time: 20ms'],
    ['the number of trials', SCENARIO, 'predict: 2000', 'predict: 500'],
    ['timers that are set', SCENARIO, 'trials:', 'timing: {sandbox_start: 1s}\ntrials:'],
    ['the order of keys', 'manifests/one.yaml', /( {14}path: \/\n)( {14}port: 80\n)/, '$2$1'],
  ])('does not change with %s', (_what, file, from, to) => {
    const before = fingerprint();
    edit(file, from, to);
    expect(fingerprint()).toBe(before);
  });
});

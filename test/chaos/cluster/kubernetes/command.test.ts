import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseCommand, runCommand } from '../../../../src/chaos/cluster/kubernetes/command.ts';
import { sleep } from '../../../../src/chaos/sleep.ts';

const OPTIONS = { what: 'test', timeout_ms: 10_000 };
const node = (script: string) => [process.execPath, '-e', script, '--'] as const;

describe('a command', () => {
  it('is words, or a JSON list of them', () => {
    expect(parseCommand(' ssh  node kill ', 'test')).toEqual(['ssh', 'node', 'kill']);
    expect(parseCommand('["ssh", "node 1"]', 'test')).toEqual(['ssh', 'node 1']);
  });

  it.each(['', '[]', '[1]', '["a"'])('is not %j', (text) => {
    expect(() => parseCommand(text, 'test')).toThrow(
      'the test command is neither words nor a JSON list of words',
    );
  });

  it('gives what it said', async () => {
    expect(await runCommand(node('console.log(process.argv.slice(1), process.env.WHO)'), OPTIONS)).toBe(
      '[] undefined\n',
    );
    const told = await runCommand([...node('console.log(process.argv[1], process.env.WHO)'), 'a b'], {
      ...OPTIONS,
      env: { WHO: 'me' },
    });
    expect(told).toBe('a b me\n');
  });

  it('is quoted where it fails', async () => {
    const fail = node(`process.stderr.write('no such container'); process.exit(3)`);
    await expect(runCommand(fail, OPTIONS)).rejects.toThrow('the test command failed: no such container');
    await expect(runCommand(node('process.exit(3)'), OPTIONS)).rejects.toThrow('it ended with 3');
    await expect(runCommand(['/nowhere/to/be/found'], OPTIONS)).rejects.toThrow('ENOENT');
  });

  it('is ended where it takes too long', async () => {
    const hang = node('setInterval(() => {}, 1000)');
    await expect(runCommand(hang, { what: 'test', timeout_ms: 300 })).rejects.toThrow('no end after 0.3 s');
  });

  it('is ended with all that it has started: nothing of it comes later', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'foreshock-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const late = join(folder, 'late');
    const wrapper = ['sh', '-c', `sh -c 'sleep 1; touch "${late}"'; true`] as const;
    await expect(runCommand(wrapper, { what: 'test', timeout_ms: 300 })).rejects.toThrow(
      'no end after 0.3 s',
    );
    await sleep(1000);
    expect(existsSync(late)).toBe(false);
  });

  it('is not waited for where what it has started has left its group and holds its output', async () => {
    const leaver = node(
      `require('node:child_process').spawn('sleep', ['4'], { detached: true, stdio: 'inherit' }).unref()`,
    );
    const begun_ms = performance.now();
    await expect(runCommand(leaver, { what: 'test', timeout_ms: 500 })).rejects.toThrow('no end after 0.5 s');
    expect(performance.now() - begun_ms).toBeLessThan(3500);
  });

  it('is in a process group of its own, which a Ctrl-C at the terminal does not reach', async () => {
    const group = `console.log(process.pid, require('node:fs').readFileSync('/proc/self/stat', 'utf8').split(' ')[4])`;
    const [pid, pgrp] = (await runCommand(node(group), OPTIONS)).trim().split(' ');
    expect(pgrp).toBe(pid);
  });
});

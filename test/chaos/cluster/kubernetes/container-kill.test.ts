import { describe, expect, it } from 'vitest';
import {
  parseContainerKillCommand,
  runContainerKill,
} from '../../../../src/chaos/cluster/kubernetes/container-kill.ts';

const POD = { namespace: 'shop', name: 'web-1', uid: 'uid-1' };

describe('the container kill command', () => {
  it('is words, or a JSON list of them', () => {
    expect(parseContainerKillCommand(' ssh  node kill ')).toEqual(['ssh', 'node', 'kill']);
    expect(parseContainerKillCommand('["ssh", "node 1"]')).toEqual(['ssh', 'node 1']);
  });

  it.each(['', '[]', '[1]', '["a"'])('is not %j', (text) => {
    expect(() => parseContainerKillCommand(text)).toThrow(/neither words nor a JSON list/);
  });

  it('is told the container', async () => {
    const check = `const { argv, env } = process;
      const told = argv.slice(1).join(' ') + ' ' + env.FORESHOCK_POD_UID;
      process.exit(told === '--namespace shop --pod web-1 --container app uid-1' ? 0 : 3)`;
    await runContainerKill([process.execPath, '-e', check, '--'], POD, 'app');
  });

  it('is quoted where it fails', async () => {
    const fail = `process.stderr.write('no such container'); process.exit(3)`;
    await expect(runContainerKill([process.execPath, '-e', fail, '--'], POD, 'app')).rejects.toThrow(
      'the container kill command failed: no such container',
    );
  });

  it('is asked for where there is none', async () => {
    await expect(runContainerKill(undefined, POD, 'app')).rejects.toThrow(
      expect.objectContaining({ hint: expect.stringContaining('FORESHOCK_CONTAINER_KILL_COMMAND') }),
    );
  });
});

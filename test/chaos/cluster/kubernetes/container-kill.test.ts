import { describe, expect, it } from 'vitest';
import { runContainerKill } from '../../../../src/chaos/cluster/kubernetes/container-kill.ts';

const POD = { namespace: 'shop', name: 'web-1', uid: 'uid-1' };

describe('the container kill command', () => {
  it('is told the container', async () => {
    const check = `const { argv, env } = process;
      const told = argv.slice(1).join(' ') + ' ' + env.FORESHOCK_POD_UID;
      process.exit(told === '--namespace shop --pod web-1 --container app uid-1' ? 0 : 3)`;
    await runContainerKill([process.execPath, '-e', check, '--'], POD, 'app');
  });

  it('is asked for where there is none', async () => {
    await expect(runContainerKill(undefined, POD, 'app')).rejects.toThrow(
      expect.objectContaining({ hint: expect.stringContaining('FORESHOCK_CONTAINER_KILL_COMMAND') }),
    );
  });
});

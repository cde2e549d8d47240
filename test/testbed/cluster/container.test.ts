import { describe, expect, it } from 'vitest';
import { runningContainer } from '../../../testbed/cluster/container.ts';

const status = (name: string, state: object = { running: {} }) => ({
  name,
  state,
  restartCount: 2,
  containerID: `containerd://${name}-id`,
});
const pod = (...containerStatuses: ReturnType<typeof status>[]) => ({
  spec: { nodeName: 'node-2' },
  status: { containerStatuses },
});
const name = { namespace: 'shop', pod: 'web' };

describe('runningContainer', () => {
  it('takes the only container', () => {
    expect(runningContainer(pod(status('nginx')), name)).toEqual({
      node: 'node-2',
      container_id: 'nginx-id',
      restart_count: 2,
    });
  });

  it('takes the one that is named', () => {
    const two = pod(status('nginx'), status('sidecar'));
    expect(runningContainer(two, { ...name, container: 'sidecar' }).container_id).toBe('sidecar-id');
  });

  it.each([
    [
      'several and none named',
      pod(status('nginx'), status('sidecar')),
      undefined,
      'more than one container: nginx, sidecar',
    ],
    ['no such container', pod(status('nginx')), 'redis', 'no container redis (it has: nginx)'],
    [
      'one that does not run',
      pod(status('nginx', { waiting: {} })),
      undefined,
      'nginx of pod web in namespace shop is not running',
    ],
    ['no container yet', { spec: {}, status: {} }, undefined, 'none yet'],
  ])('refuses %s', (_, given, container, message) => {
    expect(() => runningContainer(given, { ...name, container })).toThrow(message);
  });
});

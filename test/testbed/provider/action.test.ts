import { describe, expect, it } from 'vitest';
import { ExitCode } from '../../../testbed/failure.ts';
import { parseAction } from '../../../testbed/provider/action.ts';

const parse = (line: string) => parseAction(line === '' ? [] : line.split(' '));

describe('parseAction', () => {
  it.each(['node-loss', 'node-return', 'node-partition', 'node-rejoin'])('%s names a node', (verb) => {
    expect(parse(`${verb} --node node-2`)).toEqual({ verb, node: 'node-2' });
  });

  it.each(['container-kill', 'container-pause', 'container-resume'])('%s names a container', (verb) => {
    expect(parse(`${verb} --namespace shop --pod web-1 --container nginx`)).toEqual({
      verb,
      container: { namespace: 'shop', pod: 'web-1', container: 'nginx' },
    });
    expect(parse(`${verb} --namespace shop --pod web-1`)).toEqual({
      verb,
      container: { namespace: 'shop', pod: 'web-1' },
    });
  });

  it('sandbox-kill names a pod', () => {
    expect(parse('sandbox-kill --namespace shop --pod web-1')).toEqual({
      verb: 'sandbox-kill',
      pod: { namespace: 'shop', pod: 'web-1' },
    });
  });

  it.each([
    ['api-server', ['kube-apiserver']],
    ['controller-manager', ['kube-controller-manager']],
    ['scheduler', ['kube-scheduler']],
    // The others cannot start without the API server.
    ['all', ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler']],
  ])('--component %s is %j', (component, parts) => {
    for (const verb of ['control-plane-pause', 'control-plane-resume']) {
      expect(parse(`${verb} --component ${component}`)).toEqual({ verb, parts });
    }
  });

  it.each(['registry-down', 'registry-up'])('%s takes nothing', (verb) => {
    expect(parse(verb)).toEqual({ verb });
  });

  it.each([
    ['', 'provider needs a verb: node-loss, '],
    ['node-melt', 'provider has no verb node-melt: node-loss, '],
    ['node-loss', 'provider node-loss needs --node'],
    ['node-loss node-1', 'provider node-loss: '],
    ['node-loss --pod web', 'provider node-loss: '],
    ['container-pause --pod web', 'provider container-pause needs --namespace and --pod'],
    ['sandbox-kill --pod web', 'provider sandbox-kill needs --namespace and --pod'],
    ['sandbox-kill --namespace shop --pod web --container nginx', 'provider sandbox-kill: '],
    ['control-plane-pause', 'needs --component api-server|controller-manager|scheduler|all'],
    ['control-plane-pause --component etcd', 'needs --component api-server|'],
    ['control-plane-pause --component toString', 'needs --component api-server|'],
    ['registry-down --node node-1', 'provider registry-down: '],
  ])('%j is wrong usage', (line, message) => {
    const error = expect.objectContaining({
      message: expect.stringContaining(message),
      hint: expect.stringContaining('--help'),
      exitCode: ExitCode.usage,
    });
    expect(() => parse(line)).toThrow(error);
  });
});

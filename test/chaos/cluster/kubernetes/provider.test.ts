import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { now_ms } from '../../../../src/chaos/clock.ts';
import type { ProviderAction } from '../../../../src/chaos/cluster/cluster.ts';
import { checkProvider, runProvider } from '../../../../src/chaos/cluster/kubernetes/provider.ts';
import { containerKill, lasting, podKill } from '../../scenario.ts';

const POD = { namespace: 'shop', name: 'web-1', uid: 'uid-1' };
const node = (script: string) => [process.execPath, '-e', script, '--'] as const;

describe('the provider command', () => {
  it.each<[ProviderAction, string]>([
    [{ verb: 'node-loss', node: 'node-2' }, 'node-loss --node node-2 undefined'],
    [
      { verb: 'container-pause', pod: POD, container: 'app' },
      'container-pause --namespace shop --pod web-1 --container app uid-1',
    ],
    [{ verb: 'sandbox-kill', pod: POD }, 'sandbox-kill --namespace shop --pod web-1 uid-1'],
    [
      { verb: 'control-plane-resume', component: 'api-server' },
      'control-plane-resume --component api-server undefined',
    ],
    [{ verb: 'registry-up' }, 'registry-up undefined'],
  ])('is told what to do: %j', async (action, wanted) => {
    const check = `const { argv, env } = process;
      const told = argv.slice(1).join(' ') + ' ' + env.FORESHOCK_POD_UID;
      if (told !== ${JSON.stringify(wanted)}) { process.stderr.write(told); process.exit(3); }`;
    await runProvider(node(check), action);
  });

  it.each<[ProviderAction, string]>([
    [{ verb: 'node-loss', node: 'node-2', provider_id: 'aws:///a/i-1' }, 'node-2 aws:///a/i-1'],
    // Not that of another node, should one be set where it is run.
    [{ verb: 'node-return', node: 'node-2' }, 'node-2 '],
  ])('is told of a node what its cloud calls the machine: %j', async (action, wanted) => {
    vi.stubEnv('FORESHOCK_PROVIDER_ID', 'of another');
    onTestFinished(() => void vi.unstubAllEnvs());
    const check = `const { FORESHOCK_NODE, FORESHOCK_PROVIDER_ID } = process.env;
      const told = FORESHOCK_NODE + ' ' + FORESHOCK_PROVIDER_ID;
      if (told !== ${JSON.stringify(wanted)}) { process.stderr.write(told); process.exit(3); }`;
    await runProvider(node(check), action);
  });

  it('says when it took effect, in its last line', async () => {
    const begin_ms = now_ms();
    const say = `const now = Date.now();
      console.log('working'); console.log(JSON.stringify({ after_ms: now - 500, before_ms: now - 300 }))`;
    const { after_ms, before_ms } = await runProvider(node(say), { verb: 'registry-down' });
    expect(before_ms - after_ms).toBeCloseTo(200, 3);
    expect(before_ms).toBeGreaterThan(begin_ms - 301);
    expect(before_ms).toBeLessThan(now_ms() - 299);
  });

  it.each(['', 'done', '{"changed":false}', '[]', 'null'])(
    'took effect while it ran where it says %j',
    async (text) => {
      const begin_ms = now_ms();
      const effect = await runProvider(node(`console.log(${JSON.stringify(text)})`), { verb: 'registry-up' });
      expect(effect.after_ms).toBeGreaterThanOrEqual(begin_ms);
      expect(effect.before_ms).toBeGreaterThan(effect.after_ms);
    },
  );

  it('is asked for before anything depends on it, by name of the fault', () => {
    expect(() => checkProvider(undefined, [podKill(), lasting('node-partition')])).toThrow(
      expect.objectContaining({
        message: expect.stringContaining('node-partition'),
        hint: expect.stringContaining('FORESHOCK_PROVIDER_COMMAND'),
      }),
    );
    checkProvider(undefined, [podKill(), containerKill(), lasting('node-drain')]);
    checkProvider(['provider'], [lasting('node-partition')]);
  });
});

/** What is asked beside the load while a trial goes on, in virtual time. */
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { type HealthProbe, keepProbing } from '../../../src/chaos/safety/health-probe.ts';
import { keepHeartbeat } from '../../../src/chaos/safety/heartbeat.ts';
import { time } from '../virtual-time.ts';

vi.mock('../../../src/chaos/clock.ts', () => ({ now_ms: () => time.now_ms }));
vi.mock('../../../src/chaos/sleep.ts', () => ({
  sleep: (duration_ms: number, signal?: AbortSignal) => time.sleep(duration_ms, signal),
}));

beforeEach(() => time.reset());

const PROBE: HealthProbe = {
  ...{ url: 'http://shop.example/', every_ms: 1000, timeout_ms: 1000, failures: 3, expected_status: [200] },
};

describe('the probe', () => {
  /** @param answers one a second; what is wrong with it, or undefined */
  async function probing(answers: readonly (string | undefined)[]) {
    const stop = new AbortController();
    const failed: { readonly reason: string; readonly at_ms: number }[] = [];
    let asked = 0;
    const ask = async () => {
      await time.sleep(10);
      if (asked === answers.length - 1) stop.abort();
      return answers[asked++];
    };
    await time.until(
      keepProbing(PROBE, (reason) => failed.push({ reason, at_ms: time.now_ms }), stop.signal, ask),
    );
    return { failed, asked };
  }

  test('ends the trial with its last failure of so many in a row, at once', async () => {
    const { failed } = await probing(['503', undefined, '503', '503', '503', undefined, undefined]);
    expect(failed).toEqual([{ reason: 'safety.abort.probe failed: 503', at_ms: 4010 }]);
  });

  test('does not end it for failures that are not in a row', async () => {
    const { failed, asked } = await probing(['503', '503', undefined, '503', '503', undefined]);
    expect(failed).toEqual([]);
    expect(asked).toBe(6);
  });
});

describe('the connection to the cluster', () => {
  const PATIENCE_MS = 10_000;

  /** @param answer to each question, by when it is asked */
  async function beating(answer: () => Promise<void>, until_ms: number) {
    const stop = new AbortController();
    time.after(until_ms, () => stop.abort());
    const lost: { readonly reason: string; readonly at_ms: number }[] = [];
    const told = (reason: string) => void lost.push({ reason, at_ms: time.now_ms });
    await time.until(keepHeartbeat({ warm: answer }, PATIENCE_MS, told, stop.signal));
    return lost;
  }

  test('is there while answers come, however late', async () => {
    expect(await beating(() => time.sleep(4000), 120_000)).toEqual([]);
  });

  test('is lost when none has come for so long, whether it fails or is silent, and not a second later', async () => {
    for (const gone of [() => Promise.reject(new Error('refused')), () => new Promise<void>(() => {})]) {
      time.reset();
      let last_ms = 0;
      const answer = () => {
        if (time.now_ms >= 20_000) return gone();
        last_ms = time.now_ms;
        return Promise.resolve();
      };
      const lost = await beating(answer, 120_000);
      expect(lost).toHaveLength(1);
      expect(lost[0]!.reason).toContain('the connection to the cluster is lost for 10 s');
      expect(lost[0]!.at_ms).toBeGreaterThanOrEqual(last_ms + PATIENCE_MS);
      expect(lost[0]!.at_ms).toBeLessThanOrEqual(last_ms + PATIENCE_MS + 1000);
    }
  });

  test('may be away for less', async () => {
    const answer = () =>
      time.now_ms > 5000 && time.now_ms < 12_000 ? Promise.reject(new Error('reset')) : Promise.resolve();
    expect(await beating(answer, 60_000)).toEqual([]);
  });
});

import type { Safety } from '../../scenario/scenario.ts';
import { now_ms } from '../clock.ts';
import { sleep } from '../sleep.ts';

export type HealthProbe = NonNullable<Safety['abort']['probe']>;

/** Asks once. @returns what was wrong; undefined where it is healthy */
export async function probeOnce({
  url,
  timeout_ms,
  expected_status,
}: HealthProbe): Promise<string | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeout_ms), redirect: 'manual' });
    await response.body?.cancel();
    if (expected_status.includes(response.status)) return undefined;
    return `${url} answers ${response.status}`;
  } catch (error) {
    const { cause, message, name } = error as Error;
    if (name === 'TimeoutError') return `${url} does not answer within ${timeout_ms / 1000} s`;
    return `${url} does not answer: ${cause instanceof Error ? cause.message : message}`;
  }
}

/**
 * Asks until `signal`, at even times.
 *
 * @param failed called when it has failed so often in a row, with what was wrong at last
 * @param ask as `probeOnce`
 */
export async function keepProbing(
  probe: HealthProbe,
  failed: (reason: string) => void,
  signal: AbortSignal,
  ask: (probe: HealthProbe) => Promise<string | undefined> = probeOnce,
): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    const begun_ms = now_ms();
    const wrong = await ask(probe);
    if (signal.aborted) return;
    failures = wrong === undefined ? 0 : failures + 1;
    if (failures === probe.failures) return failed(`safety.abort.probe failed: ${wrong}`);
    await sleep(Math.max(0, begun_ms + probe.every_ms - now_ms()), signal).catch(() => {});
  }
}

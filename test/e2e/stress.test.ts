/** A pod's processors used up on a real node: what its requests feel, and that nothing of it is left. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { EXIT } from '../../src/scenario/errors.ts';
import type { Measurement } from '../../src/timeline/verdict.ts';
import { describeOnTestbed } from '../support/testbed.ts';
import { MINUTES, testPlace } from './place.ts';

const WEB = { replicas: 1, container: { resources: { limits: { cpu: '300m', memory: '128Mi' } } } };

describeOnTestbed('a stress', () => {
  // Each leaves a fresh pod to the next.
  const here = testPlace('stress', { per: 'file' });
  beforeAll(() => here().deploy(WEB), 2 * MINUTES);

  /** Runs one fault under load for so long; what was measured. */
  async function measured(fault: string, duration: string): Promise<Measurement> {
    const place = here();
    const file = place.scenario(
      { faults: [fault], duration, rate_per_s: 50, more: ['applications: {web: {memory: 20MiB}}'] },
      WEB,
    );
    const { code, stderr } = await place.chaos(file);
    expect([EXIT.ok, EXIT.inconclusive], stderr).toContain(code);
    return JSON.parse(readFileSync(join(place.out, 'measurement.json'), 'utf8')) as Measurement;
  }

  /** Ephemeral containers of all pods. */
  const stressors = (): string => here().get('pods', '.items[*].spec.ephemeralContainers[*].name');

  it(
    'of the processors makes the slow requests slower by tens of milliseconds, lasts as long as it says, and leaves a fresh pod',
    async () => {
      const { metrics, faults } = await measured('cpu-stress: {at: 1s, duration: 6s, workers: 2}', '10s');
      // Two of the machine's processors use up 30 of 100 ms in 15: whoever comes in the rest waits for up to 85 ms.
      const p99_ms = metrics.latency_p99_ms!.measured.mean;
      expect(p99_ms).toBeGreaterThan(30);
      expect(p99_ms).toBeLessThan(500);
      const { nominal_ms, effective_ms } = faults[0]!.lasting!;
      expect(nominal_ms).toBe(6000);
      expect(effective_ms).toBeGreaterThan(4000);
      expect(effective_ms).toBeLessThan(9000);
      expect(stressors()).toBe('');
    },
    4 * MINUTES,
  );

  it(
    'of memory beyond the limit is killed itself where it holds most, and no request is lost by it',
    async () => {
      const { notes, outages } = await measured('memory-stress: {at: 1s, duration: 5s, size: 256MiB}', '8s');
      expect(notes.join('\n')).toMatch(
        /memory-stress: the stress of web-\S+ ended after \d of 5 s: OOMKilled/,
      );
      expect(outages.flatMap((trial) => trial.outages)).toEqual([]);
      expect(stressors()).toBe('');
    },
    4 * MINUTES,
  );

  it(
    'of memory below the limit is held for its time',
    async () => {
      const { faults, notes } = await measured('memory-stress: {at: 1s, duration: 5s, size: 40MiB}', '9s');
      expect(notes.join('\n')).not.toContain('ended after');
      expect(faults[0]!.lasting!.effective_ms).toBeGreaterThan(3000);
    },
    4 * MINUTES,
  );

  it(
    'ends at once where the load has ended, by a command in it',
    async () => {
      const begun = Date.now();
      await measured('cpu-stress: {at: 1s, duration: 300s}', '6s');
      expect(Date.now() - begun).toBeLessThan(2 * MINUTES);
      expect(stressors()).toBe('');
    },
    4 * MINUTES,
  );
});

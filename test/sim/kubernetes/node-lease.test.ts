import { describe, expect, it } from 'vitest';
import { NodeLab } from './node-lab.ts';

/** Gaps between the renewals of a node's lease. */
function gaps(lab: NodeLab, until_ms: number): number[] {
  const renewals = lab.renewals('node-2');
  lab.run(until_ms);
  return renewals.slice(1).map((at_ms, index) => at_ms - renewals[index]!);
}

describe('NodeLease', () => {
  it('is renewed every 10 s, up to 4 % later, from anywhere in the period on', () => {
    const first: number[] = [];
    for (let trial = 0; trial < 30; trial += 1) {
      const lab = new NodeLab({ trial });
      first.push(lab.cluster.api.leases.get('node-2')!.renewed_at_ms);
      for (const gap_ms of gaps(lab, 100_000)) {
        expect(gap_ms).toBeGreaterThanOrEqual(10_000 - 1e-6);
        expect(gap_ms).toBeLessThanOrEqual(10_400);
      }
    }
    expect(Math.min(...first)).toBeLessThan(-8000);
    expect(Math.max(...first)).toBeGreaterThan(-2000);
    expect(Math.max(...first)).toBeLessThan(0);
  });

  it('is renewed within a second when the cable is back, with what was sent into the silence', () => {
    for (let trial = 0; trial < 20; trial += 1) {
      const lab = new NodeLab({ trial });
      lab.at(30_000, () => lab.machine('node-2').cut());
      lab.at(100_000, () => lab.machine('node-2').mend()).run(101_000);
      const { renewed_at_ms } = lab.cluster.api.leases.get('node-2')!;
      // It says when it was sent.
      expect(renewed_at_ms).toBeGreaterThan(30_000);
      expect(renewed_at_ms).toBeLessThan(40_401);
    }
  });

  it('is renewed with the next of its tries, at most 7 s apart, when the API server is back', () => {
    const late: number[] = [];
    for (let trial = 0; trial < 20; trial += 1) {
      const lab = new NodeLab({ trial });
      const renewals = lab.renewals('node-2');
      let stored_ms = 0;
      lab.outage('api-server', 30_000, 60_000).run(90_000);
      const before = renewals.length;
      while (renewals.length === before) {
        stored_ms = lab.environment.now_ms + 100;
        lab.run(stored_ms);
      }
      late.push(stored_ms - 90_000);
    }
    expect(Math.max(...late)).toBeLessThanOrEqual(7100);
    expect(late.filter((each) => each > 1000).length).toBeGreaterThan(10);
  });
});

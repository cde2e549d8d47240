import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  CONNTRACK_MEMORY_MS,
  checkRate,
  localPortRange,
  parseAddresses,
  rateMax_per_s,
  type SourcePlan,
  sourcePicker,
} from '../../../src/chaos/load/source.ts';
import { EXIT } from '../../../src/scenario/errors.ts';

const plan = (addresses: readonly string[] = []): SourcePlan => ({
  ports: 'own',
  addresses,
  range: { first: 40_000, last: 40_999 },
});

test('no source comes round within 120 s, whatever the senders, their rates and pauses', () => {
  const sender = fc.record({
    begin_ms: fc.integer({ min: 0, max: 300_000 }),
    gaps_ms: fc.array(fc.double({ min: 0, max: 3000, noNaN: true }), { maxLength: 300 }),
  });
  fc.assert(
    fc.property(
      fc.array(sender, { minLength: 1, maxLength: 4 }),
      fc.constantFrom([], ['10.0.0.1', '10.0.0.2']),
      (senders, addresses) => {
        let clock_ms = 0;
        const sends = senders.flatMap(({ begin_ms, gaps_ms }, who) => {
          let at_ms = begin_ms;
          return gaps_ms.map((gap_ms) => {
            at_ms += gap_ms;
            return { at_ms, who };
          });
        });
        sends.sort((a, b) => a.at_ms - b.at_ms);
        const pickers = senders.map(() => sourcePicker(plan(addresses), () => clock_ms));
        const used = new Map<string, { at_ms: number; who: number }>();
        for (const { at_ms, who } of sends) {
          clock_ms = at_ms;
          const source = pickers[who]!();
          if (source === undefined) continue;
          const key = `${source.address}:${source.port}`;
          const previous = used.get(key);
          // Two at the same moment meet in bind(), which refuses the second.
          const together = previous !== undefined && previous.who !== who && at_ms - previous.at_ms < 10_000;
          if (previous !== undefined && !together) {
            expect(at_ms - previous.at_ms).toBeGreaterThanOrEqual(CONNTRACK_MEMORY_MS);
          }
          used.set(key, { at_ms, who });
        }
      },
    ),
    { numRuns: 100 },
  );
});

test('a burst walks through neighbouring ports and ends where a port would come round too soon', () => {
  const next = sourcePicker(plan(), () => 1000);
  const ports = Array.from({ length: 60 }, () => next()?.port);
  // 1000 ports a lap of 125 s: 8 have passed in the first second, 40 more pass in the 5 s beyond 120 s.
  expect(ports.slice(0, 41)).toEqual(Array.from({ length: 41 }, (_, index) => 40_008 + index));
  expect(ports.slice(41).every((port) => port === undefined)).toBe(true);
});

test('all ports of all addresses are used in a lap at the highest rate', () => {
  let clock_ms = 0;
  const next = sourcePicker(plan(['10.0.0.1', '10.0.0.2']), () => clock_ms);
  const used = new Set<string>();
  for (let count = 0; count < 2000; count += 1) {
    const source = next();
    used.add(`${source?.address}:${source?.port}`);
    clock_ms += 125_000 / 2000;
  }
  expect(used.size).toBe(2000);
});

test('the system chooses ports where it is told to, addresses take turns', () => {
  const next = sourcePicker({ ports: 'kernel', addresses: ['10.0.0.1', '10.0.0.2'] });
  expect([next(), next(), next()].map((source) => source?.address)).toEqual([
    '10.0.0.1',
    '10.0.0.2',
    '10.0.0.1',
  ]);
  expect(sourcePicker({ ports: 'kernel', addresses: [] })()).toEqual({ address: undefined, port: undefined });
});

test('a rate that needs more ports than there are is refused with the addresses it would take', () => {
  const linux: SourcePlan = { ports: 'own', addresses: [], range: { first: 32_768, last: 60_999 } };
  expect(Math.floor(rateMax_per_s(linux))).toBe(225);
  expect(() => checkRate(225, 'load.rate', linux)).not.toThrow();
  expect(() => checkRate(500, 'load.rate', linux)).toThrow(
    expect.objectContaining({
      exitCode: EXIT.configuration,
      message: expect.stringContaining('load.rate 500 is more than 225'),
      hint: expect.stringContaining('give 3 addresses'),
    }),
  );
  expect(() =>
    checkRate(500, 'load.rate', { ...linux, addresses: ['10.0.0.1', '10.0.0.2', '10.0.0.3'] }),
  ).not.toThrow();
  expect(() => checkRate(50_000, 'load.rate', { ports: 'kernel', addresses: [] })).not.toThrow();
});

test('the port range is what the system says, or the default of Linux', () => {
  expect(localPortRange('/nowhere')).toEqual({ first: 32_768, last: 60_999 });
});

test('source addresses are a list or a range', () => {
  expect(parseAddresses('198.18.250.7, 198.18.250.9')).toEqual(['198.18.250.7', '198.18.250.9']);
  expect(parseAddresses('198.18.250.77/30')).toEqual(['198.18.250.77', '198.18.250.78']);
  expect(parseAddresses('198.18.250.4/32')).toEqual(['198.18.250.4']);
  const range = parseAddresses('198.18.250.0/24');
  expect([range.length, range[0], range.at(-1)]).toEqual([254, '198.18.250.1', '198.18.250.254']);
  expect(parseAddresses('')).toEqual([]);
});

test.each([['198.18.250'], ['198.18.250.300'], ['10.0.0.0/8'], ['10.0.0.0/40'], ['10.0.0.0/16'], ['::1']])(
  'source addresses %s are refused as a mistake of the user',
  (text) => {
    expect(() => parseAddresses(text)).toThrow(expect.objectContaining({ exitCode: EXIT.configuration }));
  },
);

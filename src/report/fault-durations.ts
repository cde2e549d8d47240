/** Faults that did not last as long as they were to: a command takes its time, and so does an API server. */
import type { Measurement } from '../timeline/verdict.ts';
import { count } from './number.ts';

/** What is less apart than this is the same, as far as any request can tell. */
const TOLERANCE_MS = 100;

/** One sentence for each kind of fault, over all valid trials. */
export function durationNotes({ faults }: Pick<Measurement, 'faults'>): string[] {
  const lasting = faults.flatMap(({ name, lasting }) =>
    lasting === undefined ? [] : [{ name, ...lasting }],
  );
  const byKind = Map.groupBy(lasting, ({ name, nominal_ms }) => `${name} ${nominal_ms}`);
  return [...byKind.values()].flatMap((acts) => {
    const [{ name, nominal_ms }] = acts as [(typeof acts)[number]];
    const times_ms = acts.map(({ effective_ms }) => effective_ms);
    const others = times_ms.filter((each) => Math.abs(each - nominal_ms) >= TOLERANCE_MS);
    if (others.length === 0) return [];
    const [least, most] = [seconds(Math.min(...others)), seconds(Math.max(...others))];
    const range = least === most ? `${least} s` : `${least} s to ${most} s`;
    const which = others.length === acts.length ? '' : `in ${others.length} of ${count(acts.length, 'act')} `;
    return [`${name} lasted ${which}for ${range}, where the scenario has ${nominal_ms / 1000} s`];
  });
}

const seconds = (time_ms: number): string => (time_ms / 1000).toFixed(1);

/**
 * Journals of Chaos Toolkit (chaostoolkit-lib 1.45.0 chaoslib/run.py): what the hypothesis found while the method ran, as
 * `chaos run --hypothesis-strategy=continuously` looks at it.
 */
import { z } from 'zod';
import { isMapping, type Reading } from '../reading.ts';
import type { MeasuredSamples } from './data.ts';
import { epochMs } from './lines.ts';

export const isJournal = (value: unknown): boolean =>
  isMapping(value) && isMapping(value.experiment) && 'steady_states' in value;

const time = z.string().refine((text) => Number.isFinite(journalTimeMs(text)), {
  error: 'a time such as 2026-11-21T21:15:46+00:00',
});

const JOURNAL = z.looseObject({
  steady_states: z.looseObject({
    during: z
      .array(
        z.looseObject({
          steady_state_met: z.boolean(),
          probes: z.array(z.looseObject({ start: time })).min(1),
        }),
      )
      .nullish(),
  }),
});

/** chaostoolkit-lib before 1.4x wrote UTC without saying so. */
const journalTimeMs = (text: string): number => {
  const ms = epochMs(text);
  return Number.isFinite(ms) ? ms : epochMs(`${text}Z`);
};

export function readJournal(reading: Reading): MeasuredSamples | undefined {
  const journal = reading.get(JOURNAL, []);
  if (journal === undefined) return undefined;
  const during = journal.steady_states.during ?? [];
  if (during.length < 2) {
    return reading.refuse(['steady_states'], {
      message: 'the journal says of the service what was so before and after, and nothing in between',
      expected: 'what the hypothesis found during the method',
      hint: 'chaos run --hypothesis-strategy=continuously --hypothesis-frequency=1',
    });
  }
  const samples = during
    .map(({ steady_state_met, probes }) => ({
      at_ms: journalTimeMs(probes[0]?.start ?? ''),
      is_up: steady_state_met,
    }))
    .sort((a, b) => a.at_ms - b.at_ms);
  return {
    kind: 'samples',
    samples,
    notes: [
      'Chaos Toolkit tells whether the hypothesis held when it looked, not what became of each request',
    ],
  };
}

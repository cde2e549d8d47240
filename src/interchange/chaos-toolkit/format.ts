/** Chaos Toolkit: experiments, and the journals of their runs, which hold the experiment. */
import type { Path } from '../../scenario/yaml.ts';
import type { Format } from '../formats.ts';
import { isMapping, type Reading } from '../reading.ts';
import { carriedManifests, readExperiment } from './experiment-in.ts';

const isExperiment = (value: unknown): boolean => isMapping(value) && Array.isArray(value.method);
const isJournal = (value: unknown): boolean => isMapping(value) && isExperiment(value.experiment);

const baseOf = (reading: Reading): Path => (isJournal(reading.value([])) ? ['experiment'] : []);

export const CHAOS_TOOLKIT: Format = {
  title: 'Chaos Toolkit',
  recognises: (value) => isExperiment(value) || isJournal(value),
  read([reading, second], context) {
    if (second !== undefined) {
      second.refuse([], { message: 'a second document in the file', expected: 'one experiment a file' });
    }
    return reading && readExperiment(reading, baseOf(reading), context);
  },
  carried: ([reading]) => (reading === undefined ? [] : carriedManifests(reading, baseOf(reading))),
};

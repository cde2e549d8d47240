/** Files of other tools as a measurement, one trial each, scored as a trial of ours is. */
import { readDocument } from '../../scenario/document.ts';
import { EXIT, UserError } from '../../scenario/errors.ts';
import { Problems } from '../../scenario/problem.ts';
import { stream } from '../../scenario/random.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { schedule } from '../../scenario/schedule.ts';
import { measurementOf, type ScoredTrial } from '../../timeline/measurement.ts';
import { METRICS, type Measurement } from '../../timeline/verdict.ts';
import { VERSION } from '../../version.ts';
import { isMapping, type LeftOut, Reading } from '../reading.ts';
import type { MeasuredData } from './data.ts';
import { isJournal, readJournal } from './journal.ts';
import { isK6Sample, isK6Summary, readK6Samples, readK6Summary } from './k6.ts';
import { linesOf, parsedJson } from './lines.ts';
import { isRangeQuery, readRangeQuery } from './prometheus.ts';
import { scoreRequests, scoreSamples, scoreTotals } from './score.ts';
import { isVegetaReport, isVegetaResult, readVegetaReport, readVegetaResults } from './vegeta.ts';

/**
 * @param files as the user named them; each is a trial
 * @throws ScenarioError with everything that is wrong with a file; UserError where a file is of another load
 */
export function importMeasurement(scenario: Scenario, files: readonly string[]): Measurement {
  const problems = new Problems();
  const read = files.map((file) => ({ file, ...readMeasured(file, scenario, problems) }));
  problems.throwIfAny();
  const intended_ms = schedule(scenario.load, stream(scenario.seed, 0, 'arrivals'));
  const trials = read.map(({ file, data }, trial): ScoredTrial => {
    const of = { scenario, intended_ms, file, trial };
    if (data === undefined) throw new Error(`nothing read of ${file}, and no problem`);
    if (data.kind === 'requests') return scoreRequests(data, of);
    return data.kind === 'samples' ? scoreSamples(data, of) : scoreTotals(data, of);
  });
  const where = [...new Set(read.map(({ by }) => by))].join(', ');
  const notes = [
    ...new Set(read.flatMap(({ data }) => data?.notes ?? [])),
    ...(scenario.faults.length > 0
      ? ['nothing is known of how the faults were caused; only what became of the service is compared']
      : []),
  ];
  const tells = METRICS.filter((metric) => trials.every(({ values }) => values[metric] !== undefined));
  return { ...measurementOf(scenario, VERSION, `${where}: ${files.join(', ')}`, trials, notes), tells };
}

interface Read {
  readonly by: string;
  readonly data: MeasuredData | undefined;
}

const KNOWN =
  'results or a report of vegeta, samples or a summary of k6, a range query of Prometheus, or a journal of Chaos Toolkit';

function readMeasured(file: string, scenario: Scenario, problems: Problems): Read {
  const first = firstValue(file);
  if (isVegetaResult(first)) return { by: 'vegeta', data: readVegetaResults(file, problems) };
  if (isK6Sample(first)) return { by: 'k6', data: readK6Samples(file, problems) };
  const before = problems.count;
  const document = readDocument(file, { what: KNOWN, page: 'docs/interchange.md' }, problems);
  if (document === undefined || problems.count > before) return { by: '', data: undefined };
  const leftOut: LeftOut[] = [];
  const reading = new Reading(document, problems, leftOut);
  const { value } = document;
  if (isVegetaReport(value)) {
    return { by: 'vegeta', data: readVegetaReport(reading, scenario.load.expected_status) };
  }
  if (isK6Summary(value)) return { by: 'k6', data: readK6Summary(reading) };
  if (isRangeQuery(value)) return { by: 'Prometheus', data: readRangeQuery(reading) };
  if (isJournal(value)) return { by: 'Chaos Toolkit', data: readJournal(reading) };
  throw new UserError(`${file}: not measured by a tool that is known here`, {
    exitCode: EXIT.configuration,
    hint: `expected ${KNOWN}, all as JSON`,
  });
}

/** Of the first line that holds something, where that alone is a mapping of JSON. */
function firstValue(file: string): unknown {
  for (const line of linesOf(file)) {
    if (line.trim() === '') continue;
    const value = parsedJson(line);
    return isMapping(value) ? value : undefined;
  }
  return undefined;
}

/** Whether faults may hit a cluster that others may use as well: a person says so, at the terminal or beforehand. */
import type { Place } from '../chaos/world.ts';
import { type ActTimes, drawnTimesText, isFixed } from '../scenario/act-times.ts';
import { EXIT, UserError } from '../scenario/errors.ts';
import type { Fault, Scenario } from '../scenario/scenario.ts';
import type { Io } from './io.ts';
import type { ClusterKind } from './options.ts';

export interface Consent {
  readonly scenario: Scenario;
  readonly cluster: ClusterKind;
  /** Said beforehand. */
  readonly yes: boolean;
  /** What is about to be done, an item a line. */
  readonly what: readonly string[];
}

/**
 * Asks once, however often it is called. The cluster in this process is nobody else's: nothing is asked.
 *
 * @returns throws UserError with EXIT.aborted where the answer is no, the signal's reason where that comes first
 * @throws UserError at once where an answer is needed and nobody is there to give it
 */
export function consent(
  { scenario, cluster, yes, what }: Consent,
  io: Io,
): (place: Place, signal: AbortSignal) => Promise<void> {
  if (cluster === 'embedded' || yes) return async () => {};
  const { ask } = io;
  if (ask === undefined) {
    throw new UserError('faults in a real cluster want a yes, and there is no terminal to ask at', {
      exitCode: EXIT.configuration,
      hint: '--yes says it beforehand; --dry-run shows what would be done',
    });
  }
  let isGiven = false;
  return async (place, signal) => {
    if (isGiven) return;
    const answer = await ask(questionText(scenario, place, what), signal);
    if (!/^\s*y(es)?\s*$/i.test(answer)) {
      throw new UserError('not confirmed: nothing was touched', {
        exitCode: EXIT.aborted,
        hint: '--dry-run shows what would be done, and to whom',
      });
    }
    isGiven = true;
  };
}

function questionText(
  { workloads, faults, load, objects, trials }: Scenario,
  { where, identity }: Place,
  what: readonly string[],
): string {
  const namespaces = [
    ...workloads.map(({ namespace }) => namespace),
    ...objects.map(({ namespace }) => namespace),
    ...faults.flatMap((fault) => ('namespace' in fault ? [fault.namespace] : [])),
    load.namespace,
  ].filter((namespace) => namespace !== '');
  const rows = [
    ['cluster', where],
    ['context', identity.context],
    ['server', identity.server],
    [`namespace${new Set(namespaces).size === 1 ? '' : 's'}`, [...new Set(namespaces)].sort().join(', ')],
    ...what.map((text, index) => [index === 0 ? 'faults' : '', text]),
    ['trials', String(trials.measure)],
  ] as const;
  const lines = rows.flatMap(([name, text]) =>
    text === undefined ? [] : [`  ${(name ?? '').padEnd(12)}${text}`],
  );
  return `About to cause faults in a real cluster:\n${lines.join('\n')}\nGo on? [y/N] `;
}

/** What the faults of a scenario are about. */
export function faultTexts({ faults, workloads }: Scenario): readonly string[] {
  return faults.map((fault) => `${fault.type}${victimText(fault, workloads)} ${timesText(fault.at_ms)}`);
}

function timesText(times: ActTimes): string {
  if (!isFixed(times)) return drawnTimesText(times);
  return `at ${times[0]! / 1000} s${times.length === 1 ? '' : `, ${times.length} times`}`;
}

function victimText(fault: Fault, workloads: Scenario['workloads']): string {
  if ('service' in fault) return ` of Service ${fault.namespace}/${fault.service}`;
  if (!('workload' in fault)) return ', which everybody in the cluster meets,';
  const { workload: name, namespace } = fault;
  const kind = workloads.find((each) => each.name === name && each.namespace === namespace)?.kind;
  if ('zone' in fault) return ` of zone ${fault.zone}, under ${namespace}/${name},`;
  const mode = 'mode' in fault ? `, ${fault.mode}${fault.value === undefined ? '' : ` ${fault.value}`},` : '';
  return ` of ${kind === undefined ? '' : `${kind} `}${namespace}/${name}${mode}`;
}

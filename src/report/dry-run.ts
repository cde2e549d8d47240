/** What a dry run has found, on a terminal. */
import type { DryRun, PlannedAct, PlannedObject, PlannedTarget } from '../timeline/dry-run.ts';
import { count } from './number.ts';
import { type Paint, painter, plain, sectionsText, type TerminalOptions, wrap } from './terminal/text.ts';

interface DryRunOptions extends TerminalOptions {
  /** What was written. */
  readonly files: readonly string[];
}

export function renderDryRun(dryRun: DryRun, options: DryRunOptions): string {
  const paint = painter(options);
  const { obstacles, scenario } = dryRun;
  const isClear = obstacles.length === 0;
  const verdict = isClear
    ? 'nothing was changed'
    : `${count(obstacles.length, 'obstacle')}; nothing was changed`;
  return sectionsText([
    [
      paint(['bold', isClear ? 'blue' : 'red'], plain(`DRY RUN ${scenario}: ${verdict}`)),
      ...wrap(plain(placeText(dryRun)), ''),
      ...wrap(plain(loadText(dryRun)), ''),
    ],
    section('In the way', obstacleLines(dryRun), paint),
    section('Rights', rightsLines(dryRun), paint),
    section('Before the first trial', beforeLines(dryRun), paint),
    section('Acts of the first trial', dryRun.acts.flatMap(actLines), paint),
    section(
      count(options.files.length, 'file'),
      options.files.map((file) => `  ${file}`),
      paint,
    ),
  ]);
}

function section(title: string, lines: readonly string[], paint: Paint): readonly string[] {
  return lines.length === 0 ? [] : [paint('bold', title), ...lines];
}

const item = (text: string): string[] => wrap(plain(text), '  - ', '    ');
const seconds = (time_ms: number): string => `${time_ms / 1000} s`;

function placeText({ cluster }: DryRun): string {
  const { where, context, server } = cluster;
  const names = [context === undefined ? undefined : `context ${context}`, server].filter(Boolean);
  return `On ${where}${names.length === 0 ? '' : ` (${names.join(', ')})`}.`;
}

function loadText({ load, trials, seed }: DryRun): string {
  const { namespace, service, rate_per_s, duration_ms, route } = load;
  const by = route === undefined ? 'by a way that is not known yet' : `by ${route}`;
  return (
    `${count(trials, 'trial')}, each from and back to steady state: ${rate_per_s} requests/s for ${seconds(duration_ms)} ` +
    `to Service ${namespace}/${service}, ${by}. Seed ${seed}.`
  );
}

const obstacleLines = ({ obstacles }: DryRun): string[] =>
  obstacles.flatMap(({ message, hint }) => [
    ...item(message),
    ...(hint === undefined ? [] : wrap(plain(hint), '      ')),
  ]);

function rightsLines({ rights, cluster }: DryRun): string[] {
  if (cluster.kind === 'embedded') return [];
  if (rights.unknown !== undefined) return item(`could not be asked for: ${rights.unknown}`);
  if (rights.missing.length === 0) return item('all that the run needs');
  return [
    ...rights.missing.flatMap(({ verb, resource, namespace }) =>
      item(
        `missing: ${verb} ${resource} in ${namespace === undefined ? 'the cluster' : `namespace ${namespace}`}`,
      ),
    ),
    ...rights.roles.flatMap((role) => wrap(plain(role), '    ')),
  ];
}

function beforeLines({ objects, left, missing }: DryRun): string[] {
  return [
    ...left.flatMap(item),
    ...objects.flatMap((object) => item(objectText(object))),
    ...(missing === undefined
      ? []
      : item(
          missing.length === 0
            ? 'steady state is there; some requests would show that it answers'
            : `steady state would be awaited: ${missing.join('; ')}`,
        )),
  ];
}

function objectText({ kind, namespace, name, state, why }: PlannedObject): string {
  const what = `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;
  switch (state) {
    case 'there':
      return `${what} is there: used as it is found`;
    case 'absent':
      return `${what} would be created, and removed at the end`;
    case 'unknown':
      return `${what}: not known whether it is there: ${why}`;
  }
}

function actLines(act: PlannedAct): string[] {
  const { fault, at_ms, undone_at_ms, undo, blast_radius, targets, unnamed } = act;
  const back =
    undone_at_ms === undefined
      ? `undo: ${undo}`
      : `undone ${undone_at_ms === 'end' ? 'when the load has ended' : `at ${seconds(undone_at_ms)}`}`;
  return [
    ...wrap(plain(`${seconds(at_ms)}: ${fault}, ${blast_radius}; ${back}`), '  ', '    '),
    ...(targets ?? []).flatMap((target) => wrap(plain(targetText(target)), '    > ', '      ')),
    ...(targets?.length === 0 ? ['    > nobody'] : []),
    ...(unnamed === undefined ? [] : wrap(plain(`not known yet: ${unnamed}`), '    > ', '      ')),
  ];
}

function targetText({ kind, namespace, name, uid, container, node, zone, pods }: PlannedTarget): string {
  const what = `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;
  const details = [
    container === undefined ? undefined : `container ${container}`,
    uid === undefined ? undefined : `UID ${uid}`,
    node === undefined ? undefined : `node ${node}`,
    zone === undefined ? undefined : `zone ${zone}`,
  ].filter(Boolean);
  const running = pods === undefined ? '' : `, with ${pods.join(', ') || 'no pod of the scenario'}`;
  return `${what}${details.length === 0 ? '' : ` (${details.join(', ')})`}${running}`;
}

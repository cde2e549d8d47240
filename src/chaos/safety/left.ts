/** What earlier runs left behind because they were killed, going by the journal that they wrote. */
import type { FaultType } from '../../scenario/scenario.ts';
import type { ClusterIdentity, ObjectRef } from '../cluster/cluster.ts';
import type { LeaseRef } from '../cluster/leases.ts';
import type { ActOutcome, Intent, Target } from './journal.ts';
import type { ProcessRef } from './running.ts';

/** Something that an earlier run created, or may have created, and never removed. */
export interface LeftObject extends ObjectRef {
  /** Unknown where the run did not hear that it was created. */
  readonly uid: string | undefined;
  /** The run, where what it created carries its name. */
  readonly run?: string | undefined;
  /** The process that created it; undefined where it is known that it is over. */
  readonly by: ProcessRef | undefined;
}

/** A fault that an earlier run caused, or may have caused, and never undid. */
export interface LeftFault {
  readonly fault: FaultType;
  readonly target: Target;
  readonly undo: string;
  /** The process that caused it; undefined where it is known that it is over. */
  readonly by: ProcessRef | undefined;
}

export interface LeftInCluster {
  /** The last created first. */
  readonly objects: readonly LeftObject[];
  /** The last caused first. */
  readonly faults: readonly LeftFault[];
}

/** What a run holds of a cluster while it goes on. */
export interface Hold {
  /** Who it is in the Leases that it holds. */
  readonly holder: string;
  readonly leases: readonly LeaseRef[];
}

/** A run that the journal knows of. */
export interface KnownRun extends Partial<Hold> {
  readonly by: ProcessRef;
}

export interface Left extends LeftInCluster {
  /** Whose acts the journal has, in this cluster, the first first. */
  readonly runs: readonly KnownRun[];
  /** In other clusters: not for a run in this one to give back. */
  readonly elsewhere: readonly (LeftInCluster & { readonly cluster: ClusterIdentity })[];
}

export const NOTHING_LEFT: Left = { runs: [], objects: [], faults: [], elsewhere: [] };

/** The line that a run begins with. */
export interface RunLine extends Partial<Hold> {
  /** As the ids of its acts begin. */
  readonly run: string;
  readonly at: string;
  readonly cluster: ClusterIdentity;
  /** Of ProcessRef. */
  readonly process_start: string | undefined;
}

interface ActLine extends Partial<Intent> {
  readonly id: string;
  readonly outcome?: ActOutcome;
  readonly uid?: string;
}

/**
 * What `journal` says is left. What was left in an embedded cluster died with its process. Runs of before the journal
 * named clusters are taken to have been here.
 */
export function leftBy(journal: string, here: ClusterIdentity): Left {
  const runs = new Map<string, RunLine>();
  const byCluster: { readonly cluster: ClusterIdentity; readonly lines: ActLine[] }[] = [
    { cluster: here, lines: [] },
  ];
  for (const line of journal.split('\n').flatMap(parseLine)) {
    if ('run' in line) {
      runs.set(line.run, line);
      continue;
    }
    const cluster = runs.get(runOf(line))?.cluster ?? here;
    let group = byCluster.find((each) => isSame(each.cluster, cluster));
    if (group === undefined) {
      group = { cluster, lines: [] };
      byCluster.push(group);
    }
    group.lines.push(line);
  }
  const [inThis, ...others] = byCluster.map(({ cluster, lines }) => ({
    cluster,
    objects: leftObjects(lines, runs),
    faults: leftFaults(lines, runs),
  }));
  return {
    objects: inThis?.objects ?? [],
    faults: inThis?.faults ?? [],
    runs: [...runs.values()]
      .filter(({ cluster }) => isSame(cluster, here))
      .map(({ run, process_start, holder, leases }) => ({
        by: { pid: pidOf(run), start: process_start },
        ...(holder === undefined || leases === undefined ? {} : { holder, leases }),
      })),
    elsewhere: others.filter(
      ({ cluster, objects, faults }) => cluster.kind !== 'embedded' && objects.length + faults.length > 0,
    ),
  };
}

/** For the report: what must not be forgotten though it cannot be given back here. */
export function notesOf({ elsewhere }: Left): readonly string[] {
  return elsewhere.flatMap(({ cluster: { context, server }, objects, faults }) => {
    const where = `another cluster (${context === undefined ? '' : `context ${context}, `}${server})`;
    const again = `run it there with the same --out${context === undefined ? '' : ` and --context ${context}`}`;
    return [
      ...faults.map(
        ({ fault, target, undo }) =>
          `${fault} of ${target.name} in ${where}, of an earlier run that was killed, is not undone: ${again}, or by hand: ${undo}`,
      ),
      ...objects.map(
        ({ kind, namespace, name }) =>
          `${kind} ${namespace}/${name} in ${where}, of an earlier run that was killed, is not removed: ${again}`,
      ),
    ];
  });
}

/** By its own identifier where both runs could see it, else by where it is reached. */
function isSame(a: ClusterIdentity, b: ClusterIdentity): boolean {
  if (a.kind !== b.kind) return false;
  return a.uid !== undefined && b.uid !== undefined ? a.uid === b.uid : a.server === b.server;
}

function leftObjects(lines: readonly ActLine[], runs: ReadonlyMap<string, RunLine>): readonly LeftObject[] {
  const intents = new Map<string, ActLine>();
  const left = new Map<string, LeftObject>();
  for (const line of lines) {
    if (line.act !== undefined) intents.set(line.id, line);
    const { act, target } = intents.get(line.id) ?? {};
    if (act === 'remove' && line.outcome === 'done' && target !== undefined) {
      if (target.uid !== undefined) left.delete(target.uid);
      // Whatever had its name and was not heard of was this.
      for (const [key, object] of left) {
        if (object.uid === undefined && isSameName(object, target)) left.delete(key);
      }
    }
    if (act !== 'create' || target?.apiVersion === undefined) continue;
    // Until an outcome says more, and where it failed, nobody knows whether it is there.
    left.delete(line.id);
    if (line.outcome === 'not-done' || (line.outcome === 'done' && line.uid === undefined)) continue;
    const { apiVersion, kind, namespace, name } = target;
    const uid = line.outcome === 'done' ? line.uid : undefined;
    const run = target.run === undefined ? {} : { run: target.run };
    left.set(uid ?? line.id, { apiVersion, kind, namespace, name, uid, ...run, by: processOf(line, runs) });
  }
  return [...left.values()].reverse();
}

function isSameName(object: ObjectRef, { apiVersion, kind, namespace, name }: Target): boolean {
  return (
    object.apiVersion === apiVersion &&
    object.kind === kind &&
    object.namespace === namespace &&
    object.name === name
  );
}

/** Of an act without an outcome, and of one that failed, nobody knows how far it came. */
function leftFaults(lines: readonly ActLine[], runs: ReadonlyMap<string, RunLine>): readonly LeftFault[] {
  const intents = new Map<string, ActLine>();
  const left = new Map<string, LeftFault>();
  for (const line of lines) {
    if (line.act !== undefined) {
      intents.set(line.id, line);
      const { act, fault, target, undo } = line;
      if (act === 'undo' || fault === undefined || target === undefined) continue;
      left.set(keyOf(fault, target), { fault, target, undo: undo ?? '', by: processOf(line, runs) });
      continue;
    }
    const { act, fault, target } = intents.get(line.id) ?? {};
    if (fault === undefined || target === undefined) continue;
    const isOver = act === 'undo' ? line.outcome === 'done' : NOT_BEGUN.includes(line.outcome);
    if (isOver) left.delete(keyOf(fault, target));
  }
  return [...left.values()].reverse();
}

const NOT_BEGUN: readonly (ActOutcome | undefined)[] = ['not-done', 'not-touched'];

/** What a fault is caused on is not hit by the same fault again before that is undone. */
function keyOf(fault: FaultType, { kind, namespace, name, uid, container }: Target): string {
  return JSON.stringify([fault, kind, namespace, name, uid, container]);
}

/** An id is its run's, and a number. */
const runOf = ({ id }: ActLine): string => id.slice(0, id.lastIndexOf('/'));

/** The process that wrote a line. */
function processOf(line: ActLine, runs: ReadonlyMap<string, RunLine>): ProcessRef {
  return { pid: pidOf(line.id), start: runs.get(runOf(line))?.process_start };
}

/** Of a run or of one of its acts. */
const pidOf = (id: string): number => Number(id.split('/')[1]);

/** A crash may have torn the last line, which then says nothing. */
function parseLine(text: string): (ActLine | RunLine)[] {
  try {
    const line = JSON.parse(text) as ActLine | RunLine;
    return 'run' in line || typeof line.id === 'string' ? [line] : [];
  } catch {
    return [];
  }
}

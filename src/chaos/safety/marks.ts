/**
 * The undo of a fault, on the object that it has changed: an annotation that is set in the same patch as the change,
 * and removed in that of its undoing; or on the object that it has created, with which it comes and goes. Whoever finds
 * it can put things back, without a journal.
 */
import type { FaultType, Labels } from '../../scenario/scenario.ts';
import { UNDO_PREFIX } from '../cluster/annotations.ts';
import type { Annotated, ObjectRef, Operation } from '../cluster/cluster.ts';
import type { Target } from './journal.ts';

const ANNOTATIONS = '/metadata/annotations';

/** As it stands in the annotation; the object itself says what it is. */
interface Mark {
  readonly run: string;
  readonly container?: string;
  readonly before?: NonNullable<Target['before']>;
  /** On what was created for the fault: the pod that it is about, in the same namespace. */
  readonly pod?: { readonly name: string; readonly uid: string };
}

/** The annotations of what is created to cause a fault on a pod; none where the cluster knows of no runs. */
export function createdFor(fault: FaultType, { run, name, uid }: Target): Labels {
  if (run === undefined || uid === undefined) return {};
  return { [keyOf(fault)]: JSON.stringify({ run, pod: { name, uid } } satisfies Mark) };
}

/**
 * The steps of a patch that mark the object; none where the cluster knows of no runs.
 *
 * A mark that another run has left is not overwritten, since what was so before is known to it alone: the patch is
 * refused then.
 */
export function marking(
  fault: FaultType,
  { run, container, before }: Target,
  { all, own }: Annotated = { all: undefined, own: {} },
): readonly Operation[] {
  if (run === undefined) return [];
  const mark: Mark = {
    run,
    ...(container === undefined ? {} : { container }),
    ...(before === undefined ? {} : { before }),
  };
  const value = JSON.stringify(mark);
  if (all === undefined) {
    return [
      { op: 'test', path: ANNOTATIONS, value: null },
      { op: 'add', path: ANNOTATIONS, value: { [keyOf(fault)]: value } },
    ];
  }
  const path = pathOf(fault);
  // One that came back with an older template is nobody's.
  const stale = own[keyOf(fault)] === undefined ? all[keyOf(fault)] : undefined;
  return [
    { op: 'test', path, value: stale ?? null },
    { op: 'add', path, value },
  ];
}

/** The steps of a patch that take the mark away; none where there is none. */
export function unmarking(fault: FaultType, annotated: Annotated | undefined): readonly Operation[] {
  const value = annotated?.own[keyOf(fault)];
  if (value === undefined) return [];
  const path = pathOf(fault);
  return [
    { op: 'test', path, value },
    { op: 'remove', path },
  ];
}

/** A fault that stands, going by the object that it has changed or created. */
export interface MarkedFault {
  readonly run: string;
  readonly fault: FaultType;
  readonly target: Target;
}

/** @param own the annotations of the object that foreshock has written */
export function marksOf(
  { kind, namespace, name, uid }: Omit<ObjectRef, 'apiVersion'> & { readonly uid: string },
  own: Annotated['own'],
): readonly MarkedFault[] {
  return Object.entries(own).flatMap(([key, text]) => {
    const mark = key.startsWith(UNDO_PREFIX) ? parseMark(text) : undefined;
    if (mark === undefined) return [];
    const { run, container, before, pod } = mark;
    const target: Target = {
      ...(pod === undefined ? { kind, namespace, name, uid, run } : { kind: 'Pod', namespace, ...pod, run }),
      ...(container === undefined ? {} : { container }),
      ...(before === undefined ? {} : { before }),
    };
    return [{ run, fault: key.slice(UNDO_PREFIX.length) as FaultType, target }];
  });
}

/** Somebody may have written there by hand. */
function parseMark(text: string): Mark | undefined {
  try {
    const mark = JSON.parse(text) as Partial<Mark> | null;
    return typeof mark?.run === 'string' ? (mark as Mark) : undefined;
  } catch {
    return undefined;
  }
}

const keyOf = (fault: FaultType): string => `${UNDO_PREFIX}${fault}`;
const pathOf = (fault: FaultType): string =>
  `${ANNOTATIONS}/${keyOf(fault).replaceAll('~', '~0').replaceAll('/', '~1')}`;

/** The conditions of all services, laid out so that a unit's failure touches only what counts it. */
import type { Condition, KindIndex, Plan, UnitsCondition } from '../../scenario/plan.ts';
import { countOf, type Units } from './units.ts';

/** One condition, for each unit of the kind that it is asked of. */
export interface ConditionNode {
  readonly kind: 'units' | 'connected' | 'conditions' | 'no-row';
  /** Asked of what is within each unit of this kind; -1: of everything, once. */
  readonly scope: KindIndex | -1;
  /** How often it is asked. */
  readonly instances: number;
  /** Where its first instance has its place in `holds`. */
  readonly holdsAt: number;
  /** Where its first instance has its place in `counts`; an instance has `width` of them. */
  readonly countsAt: number;
  /** One count; a connected one has one for each kind. */
  readonly width: number;
  /** So many must be counted; the length of a row where it is one. */
  readonly at_least: number;
  /** The kinds counted, each once. */
  readonly of: readonly KindIndex[];
  /** Which must hold of a unit for it to count; its scope is the kind counted. */
  readonly where: number | undefined;
  /** The node that counts this one; undefined where it is all of a service's `up`. */
  readonly parent: number | undefined;
  /** Whether it is asked of each unit that the parent counts; else it is one of the parent's conditions. */
  readonly isWhere: boolean;
}

export interface ConditionProgram {
  /** A node stands before those that it counts. */
  readonly nodes: readonly ConditionNode[];
  /** Length of `counts`, and of `holds`. */
  readonly counts: number;
  readonly holds: number;
  /** By kind: the nodes that count its units. */
  readonly countedBy: readonly (readonly number[])[];
  /** By kind: which are linked with it, itself included where its units are linked with each other. */
  readonly linked: readonly (readonly KindIndex[])[];
  /** Nodes that need links. */
  readonly connected: readonly number[];
  /** By service: the node that its `up` is. */
  readonly roots: readonly number[];
  /** By service: kinds whose failure can change its `up`. */
  readonly dependsOn: readonly ReadonlySet<KindIndex>[];
}

export function compileConditions(plan: Plan, units: Units): ConditionProgram {
  const nodes: ConditionNode[] = [];
  const countedBy: number[][] = plan.units.map(() => []);
  let counts = 0;
  let holds = 0;

  const add = (
    condition: Condition,
    scope: KindIndex | -1,
    owner: Pick<ConditionNode, 'parent' | 'isWhere'>,
  ): number => {
    const index = nodes.length;
    const of = kindsCounted(condition);
    const kind: ConditionNode['kind'] =
      condition.kind === 'units' && condition.connected ? 'connected' : condition.kind;
    const instances = scope < 0 ? 1 : countOf(units, scope);
    const width = kind === 'connected' ? of.length : 1;
    const node = {
      kind,
      scope,
      instances,
      holdsAt: holds,
      countsAt: counts,
      width,
      at_least: condition.kind === 'no-row' ? condition.row : condition.at_least,
      of,
      where: undefined as number | undefined,
      ...owner,
    };
    counts += instances * width;
    holds += instances;
    nodes.push(node);
    for (const counted of of) countedBy[counted]!.push(index);
    if (condition.kind === 'conditions') {
      for (const each of condition.of) add(each, scope, { parent: index, isWhere: false });
    } else if (condition.kind === 'units' && condition.where !== undefined) {
      const whose = condition.of[0]!;
      node.where = add(condition.where, whose, { parent: index, isWhere: true });
    }
    return index;
  };
  const roots = plan.services.map(({ up }) => add(up, -1, { parent: undefined, isWhere: false }));
  return {
    nodes,
    counts,
    holds,
    countedBy,
    linked: plan.units.map((_, kind) => linkedWith(plan, kind)),
    connected: nodes.flatMap(({ kind }, index) => (kind === 'connected' ? [index] : [])),
    roots,
    dependsOn: plan.services.map(({ up }) => withAncestors(plan, dependencies(plan, up))),
  };
}

function kindsCounted(condition: Condition): KindIndex[] {
  switch (condition.kind) {
    case 'units':
      return [...new Set(condition.of)];
    case 'no-row':
      return [condition.of];
    case 'conditions':
      return [];
  }
}

function linkedWith(plan: Plan, kind: KindIndex): KindIndex[] {
  const found = plan.links.flatMap(([one, other]) => (one === kind ? [other] : other === kind ? [one] : []));
  return [...new Set(found)];
}

function dependencies(plan: Plan, condition: Condition): KindIndex[] {
  if (condition.kind === 'conditions') return condition.of.flatMap((each) => dependencies(plan, each));
  if (condition.kind === 'no-row') return [condition.of];
  const { of, where, connected }: UnitsCondition = condition;
  return [
    ...of,
    ...(where === undefined ? [] : dependencies(plan, where)),
    ...(connected ? plan.links.flat() : []),
  ];
}

/** And what they are within, or are placed on. */
function withAncestors(plan: Plan, kinds: readonly KindIndex[]): Set<KindIndex> {
  const found = new Set<KindIndex>();
  const visit = (kind: KindIndex | undefined): void => {
    if (kind === undefined || found.has(kind)) return;
    found.add(kind);
    const { within, placed } = plan.units[kind]!;
    visit(placed?.on ?? within);
  };
  kinds.forEach(visit);
  return found;
}

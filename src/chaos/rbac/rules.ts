import type { Wanted } from '../safety/rights.ts';

/** As it stands in a Role. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** Rules of one purpose. */
export interface Purpose {
  /** "to ..." */
  readonly to: string;
  /** What is lost without them; undefined: the run cannot do without. */
  readonly without: string | undefined;
  readonly rules: readonly Rule[];
}

/** As kubectl lists them. */
const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'];

/** The fewest rules that allow what is wanted of one namespace, or of the cluster; what can be done without comes last. */
export function purposesOf(wanted: readonly Wanted[]): readonly Purpose[] {
  const groups = Map.groupBy(wanted, ({ to, without }) => JSON.stringify([to, without]));
  return [...groups.values()]
    .map((rights) => ({ to: rights[0]?.to ?? '', without: rights[0]?.without, rules: rulesOf(rights) }))
    .toSorted((a, b) => Number(a.without !== undefined) - Number(b.without !== undefined));
}

/** What has the verbs of the same resource goes into one rule, and then what has the same verbs. */
function rulesOf(rights: readonly Wanted[]): readonly Rule[] {
  const byObject = Map.groupBy(rights, ({ group, resource, name }) =>
    JSON.stringify([group, resource, name]),
  );
  const objects = [...byObject.values()].map((same) => ({
    ...(same[0] as Wanted),
    verbs: VERBS.filter((verb) => same.some((right) => right.verb === verb)),
  }));
  const byVerbs = Map.groupBy(objects, ({ group, resource, name, verbs }) =>
    JSON.stringify([group, resource, verbs, name === undefined]),
  );
  return [...byVerbs.values()].map((same) => {
    const { group, resource, verbs } = same[0] as (typeof same)[number];
    const resourceNames = same.flatMap(({ name }) => name ?? []).toSorted();
    return {
      ...{ apiGroups: [group], resources: [resource] },
      ...(resourceNames.length === 0 ? {} : { resourceNames }),
      verbs,
    };
  });
}

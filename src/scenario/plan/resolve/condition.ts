/** What must work for a service to be up: by number of units, and only what can be. */
import type { Condition, UnitsCondition } from '../../plan.ts';
import type { Path } from '../../yaml.ts';
import { largestConnected } from '../connected.ts';
import type { ConditionFields, ConditionFile, Share } from '../schema/condition.ts';
import type { Context } from './context.ts';
import type { Section } from './names.ts';

const KINDS: readonly Section[] = ['units', 'replicas'];

/**
 * @param scope the kind that a `where` is said of: numbers are then those within one unit of it
 * @returns undefined where it cannot be, which is told
 */
export function resolveCondition(
  file: ConditionFile,
  path: Path,
  context: Context,
  scope?: string,
): Condition | undefined {
  if (typeof file === 'string') return resolveUnits({ of: file }, [file], () => path, path, context, scope);
  const { report } = context;
  const forms = (['of', 'all', 'any'] as const).filter((form) => file[form] !== undefined);
  if (forms.length !== 1) {
    return report.at(path, {
      message:
        forms.length === 0 ? 'the condition is about nothing' : `${forms.join(' and ')} stand side by side`,
      expected: 'exactly one of `of`, `all` and `any`',
    });
  }
  const { of, all, any } = file;
  const ofList = of !== undefined && typeof of !== 'string' ? of : undefined;
  const list = all ?? any ?? (ofList?.every((each) => typeof each !== 'string') ? ofList : undefined);
  if (list !== undefined) {
    const field = forms[0]!;
    return resolveList(file, list, field, path, context, scope);
  }
  const named = ofList ?? [of as string];
  if (!named.every((each) => typeof each === 'string')) {
    return report.at([...path, 'of'], {
      message: 'names of units stand beside conditions: it is not clear what is counted',
      expected: 'names alone, whose units are counted together, or conditions alone, such as {of: web}',
    });
  }
  const at = (index: number): Path => (ofList === undefined ? [...path, 'of'] : [...path, 'of', index]);
  if (file.no_row_of !== undefined) return resolveRow(file, named, at, path, context, scope);
  return resolveUnits(file, named, at, path, context, scope);
}

function resolveList(
  file: ConditionFields,
  list: readonly ConditionFile[],
  field: 'of' | 'all' | 'any',
  path: Path,
  context: Context,
  scope: string | undefined,
): Condition | undefined {
  const { report } = context;
  for (const other of ['at_least', 'connected', 'where', 'no_row_of'] as const) {
    if (file[other] === undefined || (other === 'at_least' && field === 'of')) continue;
    report.atKey([...path, other], {
      message: `\`${other}\` cannot be said of a list of conditions${field === 'of' ? '' : ` under \`${field}\``}`,
      hint: other === 'at_least' ? 'put the conditions under `of`' : 'say it in the conditions',
    });
  }
  const of = list.map((each, index) => resolveCondition(each, [...path, field, index], context, scope));
  const at_least = field === 'any' ? 1 : numberOf(file.at_least, list.length);
  if (at_least > list.length) {
    return neverHolds(context, path, at_least, list.length, `there are ${list.length} conditions`);
  }
  if (!of.every((each) => each !== undefined)) return undefined;
  return { kind: 'conditions', at_least, of };
}

function resolveRow(
  file: ConditionFields,
  named: readonly string[],
  at: (index: number) => Path,
  path: Path,
  { names, structure, report }: Context,
  scope: string | undefined,
): Condition | undefined {
  for (const other of ['at_least', 'connected', 'where'] as const) {
    if (file[other] === undefined) continue;
    report.atKey([...path, other], { message: `\`${other}\` cannot be said beside \`no_row_of\`` });
  }
  const [name = '', second] = named;
  if (second !== undefined) {
    return report.at(at(1), { message: 'several kinds do not stand in one line', expected: 'one name' });
  }
  if (names.find(name, ['units'], at(0)) === undefined) return undefined;
  if (!isInScope(name, scope, at(0), structure, report)) return undefined;
  const row = file.no_row_of!;
  const units = structure.number(name, scope);
  if (units !== undefined && row > units) {
    return report.at([...path, 'no_row_of'], {
      message: `there are only ${units} of ${name} in a line, so the condition always holds`,
      expected: `at most ${units}`,
    });
  }
  return { kind: 'no-row', row, of: structure.indexOf(name) };
}

function resolveUnits(
  file: ConditionFields,
  named: readonly string[],
  at: (index: number) => Path,
  path: Path,
  context: Context,
  scope: string | undefined,
): UnitsCondition | undefined {
  const { names, structure, report } = context;
  const known = named.filter((name, index) => {
    if (named.indexOf(name) !== index) {
      report.at(at(index), { message: `\`${name}\` is named twice` });
      return false;
    }
    if (names.find(name, KINDS, at(index)) === undefined) return false;
    return isInScope(name, scope, at(index), structure, report);
  });
  const connected = file.connected ?? false;
  if (connected && scope !== undefined) {
    report.at([...path, 'connected'], {
      message: `\`connected\` cannot be said of what is within one ${scope}`,
      hint: 'say it outside of `where`',
    });
    return undefined;
  }
  const where = file.where === undefined ? undefined : resolveWhere(file.where, named, path, context);
  if (known.length < named.length || (file.where !== undefined && where === undefined)) return undefined;
  const numbers = known.map((name) => structure.number(name, scope));
  if (!numbers.every((each) => each !== undefined)) return undefined;
  const units = numbers.reduce((sum, each) => sum + each, 0);
  const at_least = numberOf(file.at_least, units);
  const most = connected ? largestConnected(known, context) : units;
  if (most !== undefined && at_least > most) {
    const what = known.join(' and ');
    const found = connected ? `at most ${most} of ${what} are connected` : `there are ${most} of ${what}`;
    return neverHolds(context, path, at_least, most, found);
  }
  const of = known.map((name) => structure.indexOf(name));
  return { kind: 'units', at_least, of, connected, where };
}

function resolveWhere(
  where: ConditionFile,
  named: readonly string[],
  path: Path,
  context: Context,
): Condition | undefined {
  const [scope, second] = named;
  if (second !== undefined) {
    return context.report.atKey([...path, 'where'], {
      message: '`where` is said of several kinds at once',
      expected: '`of` with one name',
    });
  }
  return resolveCondition(where, [...path, 'where'], context, scope);
}

function isInScope(
  name: string,
  scope: string | undefined,
  path: Path,
  structure: Context['structure'],
  report: Context['report'],
): boolean {
  if (scope === undefined || !structure.isNotWithin(name, scope)) return true;
  const inside = structure.order.filter((each) => structure.isWithin(each, scope));
  report.at(path, {
    message: `\`${name}\` is not within \`${scope}\`, so \`where\` cannot ask for it`,
    expected: inside.length === 0 ? `units within ${scope}; there are none` : `one of ${inside.join(', ')}`,
  });
  return false;
}

/** Shares are rounded up, but for what is only the error of floating point. */
const numberOf = (at_least: number | Share | undefined, all: number): number => {
  if (at_least === undefined) return all;
  return typeof at_least === 'number' ? at_least : Math.max(1, Math.ceil(at_least.share * all - 1e-9));
};

function neverHolds(
  { report }: Context,
  path: Path,
  at_least: number,
  most: number,
  found: string,
): undefined {
  return report.at([...path, 'at_least'], {
    message: `the condition can never hold: it asks for at least ${at_least}, and ${found}`,
    expected: `at most ${most}`,
  });
}

/**
 * Options that may be given several times, and whether one of them takes `many` values, as a shell's pattern gives
 * them, or `one`, so that what follows is none of it.
 */
export const LISTS: Readonly<Record<string, 'one' | 'many'>> = {
  from: 'many',
  manifest: 'many',
  measured: 'many',
  vary: 'one',
  memory: 'one',
  namespace: 'one',
};

/**
 * The arguments with every list in one place: `--from a --from b` becomes `--from a b`. Of an option that is given
 * twice yargs is told to take the last, which is right for a value; of a list it would lose the rest.
 */
export function joinLists(argv: readonly string[]): string[] {
  const end = argv.indexOf('--');
  const [words, rest] = end === -1 ? [argv, []] : [argv.slice(0, end), argv.slice(end)];
  const lists = new Map<string, string[]>();
  const others: string[] = [];
  let open: { readonly list: string[]; readonly takes: 'one' | 'many' } | undefined;
  for (const word of words) {
    const [, name, value] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (name !== undefined && Object.hasOwn(LISTS, name)) {
      const list = lists.get(name) ?? [];
      lists.set(name, list);
      if (value !== undefined) list.push(value);
      open = value !== undefined && LISTS[name] === 'one' ? undefined : { list, takes: LISTS[name]! };
    } else if (open !== undefined && !word.startsWith('-')) {
      open.list.push(word);
      if (open.takes === 'one') open = undefined;
    } else {
      open = undefined;
      others.push(word);
    }
  }
  return [...others, ...[...lists].flatMap(([name, values]) => [`--${name}`, ...values]), ...rest];
}

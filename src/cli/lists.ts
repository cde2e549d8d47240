import { CALIBRATE_OPTIONS } from './options.ts';

/** Options that take several values. */
const LISTS: readonly string[] = Object.entries(CALIBRATE_OPTIONS)
  .filter(([, option]) => 'array' in option)
  .map(([name]) => name);

/**
 * The arguments with every list in one place: `--from a --from b` becomes `--from a b`. Of an option that is given
 * twice yargs is told to take the last, which is right for a value; of a list it would lose the rest.
 */
export function joinLists(argv: readonly string[]): string[] {
  const end = argv.indexOf('--');
  const [words, rest] = end === -1 ? [argv, []] : [argv.slice(0, end), argv.slice(end)];
  const lists = new Map<string, string[]>();
  const others: string[] = [];
  let open: string[] | undefined;
  for (const word of words) {
    const [, name, value] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (name !== undefined && LISTS.includes(name)) {
      open = lists.get(name) ?? [];
      lists.set(name, open);
      if (value !== undefined) open.push(value);
    } else if (open !== undefined && !word.startsWith('-')) {
      open.push(word);
    } else {
      open = undefined;
      others.push(word);
    }
  }
  return [...others, ...[...lists].flatMap(([name, values]) => [`--${name}`, ...values]), ...rest];
}

/** A command as a person would type it. @param flags those without a value are left out; a list is said once each */
export function commandText(
  words: readonly string[],
  flags: readonly (readonly [string, string | readonly string[] | undefined])[],
): string {
  const said = flags.flatMap(([flag, value]) => {
    const values = value === undefined ? [] : typeof value === 'string' ? [value] : value;
    return values.flatMap((each) => [`--${flag}`, each]);
  });
  return ['foreshock', ...words, ...said].map(shellWord).join(' ');
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The name a person most likely meant. */

/** Farther than this, a suggestion is more often wrong than helpful. */
const DISTANCE_MAX = 2;

/** The candidate nearest to `name`, within an edit distance of 2 and closer than a full rewrite; the first of equals. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let distance = DISTANCE_MAX + 1;
  for (const candidate of candidates) {
    const d = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (d < distance && d < Math.max(name.length, candidate.length)) {
      best = candidate;
      distance = d;
    }
  }
  return best;
}

/** More of them are no help. */
const SAME_WORDS_MAX = 3;

const wordsOf = (name: string): readonly string[] => name.toLowerCase().split(/[-_ ]+/);

/** Candidates with all the words of a name, in any order: `kill-pod` and `pod-kill`, `drain` and `node-drain`. */
function withWordsOf(name: string, candidates: Iterable<string>): readonly string[] {
  const words = wordsOf(name);
  const found = [...candidates].filter((candidate) => {
    const own = wordsOf(candidate);
    return words.every((word) => word.length > 1 && own.includes(word));
  });
  return found.length > SAME_WORDS_MAX ? [] : found;
}

/** "did you mean `rate`?", where something is near enough, or of the same words. */
export function didYouMean(name: string, candidates: Iterable<string>): string | undefined {
  const near = nearest(name, candidates);
  const meant = near === undefined ? withWordsOf(name, candidates) : [near];
  if (meant.length === 0) return undefined;
  const quoted = meant.map((each) => `\`${each}\``);
  const [last, ...others] = quoted.toReversed();
  return `did you mean ${others.length === 0 ? last : `${others.toReversed().join(', ')} or ${last}`}?`;
}

/** Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b` (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > DISTANCE_MAX) return DISTANCE_MAX + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let d = Math.min(replaced, last[j]! + 1, row[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        d = Math.min(d, beforeLast[j - 2]! + 1);
      }
      row.push(d);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

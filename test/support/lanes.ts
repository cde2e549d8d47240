/**
 * Begins work on all, in their order and so many at a time.
 *
 * @param work is told in which lane it is, from 0
 * @returns what becomes of each; a failure is for whoever asks for it, and ends no other
 */
export function inLanes<T, R>(
  all: readonly T[],
  lanes: number,
  work: (each: T, lane: number) => Promise<R>,
): ReadonlyMap<T, Promise<R>> {
  const ends = new Map(all.map((each) => [each, Promise.withResolvers<R>()]));
  const next = ends.entries();
  const go = async (lane: number) => {
    for (const [each, { resolve, reject }] of next) await work(each, lane).then(resolve, reject);
  };
  for (let lane = 0; lane < lanes; lane += 1) void go(lane);
  const begun = new Map([...ends].map(([each, { promise }]) => [each, promise]));
  for (const promise of begun.values()) promise.catch(() => {});
  return begun;
}

/**
 * Does `count` things in batches of 1, 2, 4, ..., each batch when all of the one before have returned: so that what
 * cannot work fails once and not `count` times (Kubernetes 1.35 pkg/controller/replicaset/replica_set.go
 * slowStartBatch, pkg/controller/controller_utils.go SlowStartInitialBatchSize).
 *
 * @param act does the thing of that number and calls `returned` once
 * @param done called when all have returned
 */
export function slowStart(
  count: number,
  act: (index: number, returned: () => void) => void,
  done: () => void,
): void {
  const batch = (begin: number, size: number): void => {
    const end = Math.min(begin + size, count);
    if (begin === end) {
      done();
      return;
    }
    let open = end - begin;
    for (let index = begin; index < end; index += 1) {
      act(index, () => {
        open -= 1;
        if (open === 0) batch(end, size * 2);
      });
    }
  };
  batch(0, 1);
}

/** Does all of them at once. */
export function atOnce<T>(
  items: readonly T[],
  act: (item: T, returned: () => void) => void,
  done: () => void,
): void {
  let open = items.length;
  if (open === 0) {
    done();
    return;
  }
  for (const item of items) {
    act(item, () => {
      open -= 1;
      if (open === 0) done();
    });
  }
}

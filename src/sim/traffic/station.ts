/**
 * A service station: first come first served by `servers` workers. Who comes is told when the work is done,
 * or that it was lost.
 */
export class Station {
  readonly #after: (delay_ms: number, action: () => void) => void;
  readonly #now: () => number;
  readonly #servers: number;
  /** When each busy worker is free again, as a binary heap. */
  readonly #freeAt_ms: number[] = [];
  readonly #inside = new Set<Job>();
  #onEmpty: (() => void) | undefined;

  constructor(clock: Clock, servers: number) {
    this.#after = clock.after;
    this.#now = clock.now;
    this.#servers = servers;
  }

  submit(service_ms: number, done: () => void, lost: () => void): void {
    const now_ms = this.#now();
    const heap = this.#freeAt_ms;
    while (heap.length > 0 && (heap[0] as number) <= now_ms) takeFirst(heap);
    const begin_ms = heap.length < this.#servers ? now_ms : takeFirst(heap);
    const end_ms = begin_ms + service_ms;
    insert(heap, end_ms);
    const job: Job = { lost };
    this.#inside.add(job);
    this.#after(end_ms - now_ms, () => {
      if (!this.#inside.delete(job)) return;
      done();
      if (this.#inside.size === 0) this.#onEmpty?.();
    });
  }

  /** Calls `action` once no work is waiting or under way: now, if there is none. */
  whenEmpty(action: () => void): void {
    if (this.#inside.size === 0) action();
    else this.#onEmpty = action;
  }

  /** Loses all work that is waiting or under way. */
  stop(): void {
    const inside = [...this.#inside];
    this.#inside.clear();
    this.#freeAt_ms.length = 0;
    for (const job of inside) job.lost();
  }
}

export interface Clock {
  now(): number;
  after(delay_ms: number, action: () => void): void;
}

interface Job {
  readonly lost: () => void;
}

function insert(heap: number[], value: number): void {
  let position = heap.length;
  heap.push(value);
  while (position > 0) {
    const parent = (position - 1) >> 1;
    if ((heap[parent] as number) <= value) break;
    heap[position] = heap[parent] as number;
    position = parent;
  }
  heap[position] = value;
}

function takeFirst(heap: number[]): number {
  const first = heap[0] as number;
  const last = heap.pop() as number;
  const size = heap.length;
  if (size === 0) return first;
  let position = 0;
  for (;;) {
    let child = 2 * position + 1;
    if (child >= size) break;
    if (child + 1 < size && (heap[child + 1] as number) < (heap[child] as number)) child += 1;
    if ((heap[child] as number) >= last) break;
    heap[position] = heap[child] as number;
    position = child;
  }
  heap[position] = last;
  return first;
}

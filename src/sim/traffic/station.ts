/**
 * A service station: first come first served by `servers` workers. Who comes is told when the work is done,
 * or that it was lost.
 */
export class Station {
  readonly #clock: Clock;
  readonly #servers: number;
  /** When each busy worker is free again, as a binary heap. */
  readonly #freeAt_ms: number[] = [];
  readonly #inside = new Set<Job>();
  #onEmpty: (() => void) | undefined;
  #frozen_at_ms: number | undefined;
  /** What came while it was frozen, in order. */
  #arrived: Job[] = [];

  constructor(clock: Clock, servers: number) {
    this.#clock = clock;
    this.#servers = servers;
  }

  /** Whether work that comes now is begun at once. */
  get isFree(): boolean {
    const heap = this.#freeAt_ms;
    const hasWorker = heap.length < this.#servers || (heap[0] as number) <= this.#clock.now();
    return hasWorker && this.#frozen_at_ms === undefined;
  }

  /**
   * @param service how long it takes, in milliseconds; a function where that depends on when it is begun
   * @param work_ms how much of it, at its beginning, is work; the rest is waiting for somebody else
   */
  submit(
    service: number | ((begin_ms: number) => number),
    done: () => void,
    lost: () => void,
    work_ms = typeof service === 'number' ? service : 0,
  ): void {
    const begin_ms = Number.POSITIVE_INFINITY;
    const job: Job = { service, work_ms, begin_ms, end_ms: begin_ms, done, lost };
    this.#inside.add(job);
    if (this.#frozen_at_ms === undefined) this.#begin(job);
    else this.#arrived.push(job);
  }

  /** Calls `action` once no work is waiting or under way: now, if there is none. */
  whenEmpty(action: () => void): void {
    if (this.#inside.size === 0) action();
    else this.#onEmpty = action;
  }

  /** Nothing is worked on until it thaws; then all of it goes on where it was. */
  freeze(): void {
    this.#frozen_at_ms ??= this.#clock.now();
  }

  thaw(): void {
    const frozen_at_ms = this.#frozen_at_ms;
    if (frozen_at_ms === undefined) return;
    this.#frozen_at_ms = undefined;
    const lost_ms = this.#clock.now() - frozen_at_ms;
    const heap = this.#freeAt_ms;
    // Those who were free are still free: the order stays.
    for (const [index, at_ms] of heap.entries()) heap[index] = at_ms + lost_ms;
    const arrived = this.#arrived;
    this.#arrived = [];
    for (const job of this.#inside) {
      if (job.end_ms === Number.POSITIVE_INFINITY) continue;
      job.begin_ms += lost_ms;
      job.end_ms += lost_ms;
      this.#schedule(job, this.#clock.now());
    }
    for (const job of arrived) this.#begin(job);
  }

  /** It thaws. What its workers waited for somebody else to do has gone on meanwhile. */
  thawWork(): void {
    const frozen_at_ms = this.#frozen_at_ms;
    if (frozen_at_ms === undefined) return;
    this.#frozen_at_ms = undefined;
    const now_ms = this.#clock.now();
    const lost_ms = now_ms - frozen_at_ms;
    this.#arrived = [];
    this.#freeAt_ms.length = 0;
    const [begun, queued] = [[], []] as [Job[], Job[]];
    for (const job of this.#inside) (job.begin_ms <= frozen_at_ms ? begun : queued).push(job);
    for (const job of begun) {
      if (job.begin_ms + job.work_ms > frozen_at_ms) {
        job.begin_ms += lost_ms;
        job.end_ms += lost_ms;
      } else job.end_ms = Math.max(job.end_ms, now_ms);
      insert(this.#freeAt_ms, job.end_ms);
      this.#schedule(job, now_ms);
    }
    for (const job of queued) this.#begin(job);
  }

  /** Loses all work that is waiting or under way. */
  stop(): void {
    const inside = [...this.#inside];
    this.#inside.clear();
    this.#freeAt_ms.length = 0;
    this.#arrived = [];
    for (const job of inside) job.lost();
  }

  #begin(job: Job): void {
    const now_ms = this.#clock.now();
    const heap = this.#freeAt_ms;
    while (heap.length > 0 && (heap[0] as number) <= now_ms) takeFirst(heap);
    const begin_ms = heap.length < this.#servers ? now_ms : takeFirst(heap);
    job.begin_ms = begin_ms;
    const { service } = job;
    job.end_ms = begin_ms + (typeof service === 'number' ? service : service(begin_ms));
    insert(heap, job.end_ms);
    this.#schedule(job, now_ms);
  }

  #schedule(job: Job, now_ms: number): void {
    const { end_ms } = job;
    this.#clock.after(Math.max(0, end_ms - now_ms), () => {
      // It is frozen, or was, and this work was put off.
      if (this.#frozen_at_ms !== undefined || job.end_ms !== end_ms) return;
      if (!this.#inside.delete(job)) return;
      job.done();
      if (this.#inside.size === 0) this.#onEmpty?.();
    });
  }
}

export interface Clock {
  now(): number;
  after(delay_ms: number, action: () => void): void;
}

interface Job {
  readonly service: number | ((begin_ms: number) => number);
  readonly work_ms: number;
  /** Both are infinity while it is not known when it is begun. */
  begin_ms: number;
  end_ms: number;
  readonly done: () => void;
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

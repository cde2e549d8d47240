/**
 * The Leases of a run: one for each workload that it may hit, and whose steady state it takes for granted. They keep
 * others off while it goes on, and say what it has done, for whoever repairs it should it die.
 */
import { createHash } from 'node:crypto';
import { EXIT, UserError } from '../../scenario/errors.ts';
import { now_ms } from '../clock.ts';
import { LEFT_ANNOTATION, PROCESS_ANNOTATION, TARGET_ANNOTATION } from '../cluster/annotations.ts';
import { ChangedError, type WorkloadRef } from '../cluster/cluster.ts';
import type { Lease, LeaseContent, LeaseRef, Leases } from '../cluster/leases.ts';
import { insisting } from '../cluster/retry.ts';
import { Unavailable } from '../cluster/unavailable.ts';
import { sleep } from '../sleep.ts';
import { hasLapsed, LEASE_DURATION_S, RENEW_EVERY_MS } from './lapse.ts';
import { type LeftRecord, type Records, recordKey, recordsIn, recordsOf } from './records.ts';
import type { RunIdentity } from './run-identity.ts';

/** Names of objects are names of subdomains, of so many letters (apimachinery 1.35 pkg/util/validation). */
const NAME_LENGTH_MAX = 253;
/** Somebody else may write in between. */
const TRIES_MAX = 5;
const RETRY_PAUSE_MS = 100;

/** By the name that every run gives it. */
export function leaseFor({ kind, namespace, name }: WorkloadRef): LeaseRef {
  const whole = `foreshock.${kind.toLowerCase()}.${name}`;
  if (whole.length <= NAME_LENGTH_MAX) return { namespace, name: whole };
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, 16);
  return { namespace, name: `${whole.slice(0, NAME_LENGTH_MAX - hash.length - 1)}-${hash}` };
}

interface Held {
  lease: Lease;
  readonly target: string;
  /** The last write, which the next one waits for. */
  writing: Promise<void>;
}

export class TargetLeases implements Records {
  readonly run: string;
  readonly #leases: Leases;
  readonly #process: string;
  readonly #held: Held[] = [];
  /** Asked for, and never answered for: they may be ours. */
  readonly #inDoubt: LeaseRef[] = [];
  readonly #records = new Map<string, LeftRecord>();
  readonly #lost = new AbortController();
  #pending: readonly WorkloadRef[];
  #renewing: NodeJS.Timeout | undefined;

  /** @param targets workloads that are to be held */
  constructor(leases: Leases, { name, process }: RunIdentity, targets: readonly WorkloadRef[]) {
    this.run = name;
    this.#leases = leases;
    this.#process = JSON.stringify(process);
    this.#pending = targets;
  }

  /** Aborted, with a UserError as its reason, where one of them is not ours any more. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** What is recorded and not put back; of dead runs that held them before, too. */
  get records(): readonly LeftRecord[] {
    return [...this.#records.values()];
  }

  /**
   * Takes what is to be held, from runs that have died as well; their records become this one's. What lies in a
   * namespace that is not there yet is left for a later call.
   *
   * @throws UserError where a run that goes on holds one, which it names
   */
  async acquire(signal?: AbortSignal): Promise<void> {
    const pending: WorkloadRef[] = [];
    for (const [index, target] of this.#pending.entries()) {
      try {
        const isThere = await this.#orInDoubt(leaseFor(target), this.#take(target, signal));
        if (!isThere) pending.push(target);
      } catch (error) {
        this.#pending = [...pending, ...this.#pending.slice(index)];
        throw error;
      }
    }
    this.#pending = pending;
  }

  /** Takes one that has lapsed, with its records. @throws ChangedError where somebody else was quicker */
  adopt(lapsed: Lease): Promise<void> {
    return this.#orInDoubt(lapsed, this.#adopt(lapsed));
  }

  async #adopt(lapsed: Lease): Promise<void> {
    const target = lapsed.annotations[TARGET_ANNOTATION] ?? '';
    for (const record of inherited(lapsed)) this.#records.set(recordKey(record), record);
    this.#hold(
      await this.#leases.write(lapsed, this.#contentFor(lapsed.namespace, target, Date.now())),
      target,
    );
  }

  async add(records: readonly LeftRecord[]): Promise<void> {
    this.note(records);
    try {
      await Promise.all(this.#held.map((held) => this.#write(held)));
    } catch (error) {
      for (const record of records) this.drop(record);
      throw error;
    }
  }

  /** Recorded with the next renewal that reaches the API server. */
  note(records: readonly LeftRecord[]): void {
    for (const record of records) this.#records.set(recordKey(record), record);
  }

  /** The Leases say so from the next renewal on. */
  drop(record: LeftRecord): void {
    this.#records.delete(recordKey(record));
  }

  /**
   * Gives them back. Where something is not put back they stay, to lapse, with their records.
   *
   * @param patience_ms how long the API server may be away, in all
   * @returns those that were to go and could not: they lapse by themselves
   */
  async release(patience_ms = 0): Promise<readonly LeaseRef[]> {
    clearInterval(this.#renewing);
    const until_ms = now_ms() + patience_ms;
    const left: LeaseRef[] = [];
    for (const held of this.#held.splice(0)) {
      await held.writing.catch(() => {});
      if (this.#records.size > 0) await this.#writeNow(held).catch(() => {});
      else {
        const limits = { patience_ms: until_ms - now_ms() };
        await insisting(() => this.#remove(held.lease), limits).catch(() => left.push(held.lease));
      }
    }
    for (const ref of this.#records.size > 0 ? [] : this.#inDoubt.splice(0)) {
      const limits = { patience_ms: until_ms - now_ms() };
      await insisting(() => this.#removeOwn(ref), limits).catch(() => left.push(ref));
    }
    return left;
  }

  async #orInDoubt<T>(ref: LeaseRef, taking: Promise<T>): Promise<T> {
    try {
      return await taking;
    } catch (error) {
      if (error instanceof Unavailable) this.#inDoubt.push(ref);
      throw error;
    }
  }

  /** @returns false where its namespace is not there */
  async #take(target: WorkloadRef, signal: AbortSignal | undefined): Promise<boolean> {
    const ref = leaseFor(target);
    const what = `${target.kind} ${target.name}`;
    for (let attempt = 0; attempt < TRIES_MAX; attempt += 1) {
      const made = await this.#leases.create(ref, this.#contentFor(ref.namespace, what, Date.now()));
      if (made === 'no-namespace') return false;
      if (made !== 'taken') {
        this.#hold(made, what);
        return true;
      }
      const existing = await this.#leases.get(ref);
      if (existing === undefined) continue;
      if (existing.holder !== this.run && !(await hasLapsed(this.#leases, existing, signal))) {
        throw isTaken(`${target.kind} ${target.namespace}/${target.name}`, existing);
      }
      try {
        await this.#adopt(existing);
        return true;
      } catch (error) {
        if (!(error instanceof ChangedError)) throw error;
      }
    }
    throw new UserError(`Lease ${ref.namespace}/${ref.name} is fought for`, {
      exitCode: EXIT.configuration,
      hint: 'other runs on the same target begin and end all the time; try again',
    });
  }

  #hold(lease: Lease, target: string): void {
    this.#held.push({ lease, target, writing: Promise.resolve() });
    this.#renewing ??= setInterval(() => this.#renew(), RENEW_EVERY_MS).unref();
  }

  #renew(): void {
    for (const held of this.#held) {
      // What fails is tried again at the next renewal; what is lost has been told.
      this.#write(held).catch(() => {});
    }
  }

  #write(held: Held): Promise<void> {
    held.writing = held.writing.catch(() => {}).then(() => this.#writeNow(held));
    return held.writing;
  }

  async #writeNow(held: Held): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const { lease, target } = held;
      try {
        const content = this.#contentFor(lease.namespace, target, lease.acquired_ms);
        held.lease = await this.#leases.write(lease, content);
        return;
      } catch (error) {
        // Where an answer was lost, the write before this one has changed its version.
        const now = error instanceof ChangedError ? await this.#leases.get(lease) : lease;
        if (now?.uid !== lease.uid || now.holder !== this.run) throw this.#lose(held, now);
        held.lease = now;
        if (attempt === TRIES_MAX) throw error;
        if (!(error instanceof ChangedError)) await sleep(RETRY_PAUSE_MS);
      }
    }
  }

  async #remove(lease: Lease): Promise<void> {
    await this.#leases.remove(lease);
    // Where an answer was lost, the last write has changed its version, and it is still there.
    await this.#removeOwn(lease);
  }

  async #removeOwn({ namespace, name }: LeaseRef): Promise<void> {
    for (let attempt = 1; attempt <= TRIES_MAX; attempt += 1) {
      const lease = await this.#leases.get({ namespace, name });
      if (lease?.holder !== this.run) return;
      await this.#leases.remove(lease);
    }
    throw new ChangedError(`Lease ${namespace}/${name} is written to all the time`);
  }

  #lose({ lease, target }: Held, now: Lease | undefined): UserError {
    const how = now === undefined ? 'was deleted' : `was taken by ${now.holder}`;
    const error = new UserError(`the Lease on ${target} in namespace ${lease.namespace} ${how}`, {
      exitCode: EXIT.aborted,
      hint: 'a run that does not hold its targets must not go on; was this machine asleep, or cut off?',
    });
    this.#lost.abort(error);
    return error;
  }

  #contentFor(namespace: string, target: string, acquired_ms: number): LeaseContent {
    return {
      holder: this.run,
      duration_s: LEASE_DURATION_S,
      acquired_ms,
      renewed_ms: Date.now(),
      annotations: {
        [TARGET_ANNOTATION]: target,
        [PROCESS_ANNOTATION]: this.#process,
        [LEFT_ANNOTATION]: JSON.stringify(recordsIn(namespace, this.records)),
      },
    };
  }
}

/** @throws UserError where somebody else has written there */
function inherited(lease: Lease): readonly LeftRecord[] {
  try {
    return recordsOf(lease);
  } catch (cause) {
    throw new UserError(
      `Lease ${lease.namespace}/${lease.name}: its annotation ${LEFT_ANNOTATION} cannot be read`,
      {
        exitCode: EXIT.configuration,
        hint: 'it says what a run that has died left; put that back by hand, then delete the Lease',
        cause,
      },
    );
  }
}

export function isTaken(what: string, { holder, acquired_ms, renewed_ms, duration_s }: Lease): UserError {
  const until = new Date(renewed_ms + duration_s * 1000).toISOString();
  return new UserError(
    `${what} is the target of another run: ${holder}; since ${new Date(acquired_ms).toISOString()}`,
    {
      exitCode: EXIT.configuration,
      hint: `wait until it has ended. Should it have died, its Lease lapses at ${until}; then the next run, or foreshock restore, puts back what it left`,
    },
  );
}

/**
 * Queues with a closed form. Names as in Kleinrock, "Queueing Systems", volume 1: L customers in the system, of whom
 * Lq wait; W the time in the system (also R), of which Wq is waited; p[n] the share of time with n in the system.
 */
import { birthDeathSteadyState } from './birth-death.ts';
import { erlangC } from './erlang.ts';
import { COUNT_MAX, notNegative, positive, whole, wrong } from './input.ts';

/** Poisson arrivals, exponential service, first come first served. */
export interface Multiserver {
  readonly arrival_per_s: number;
  /** Of one server. */
  readonly service_per_s: number;
  readonly servers: number;
}

export interface QueueResult {
  /** Share of the servers' time that is busy, 0 to 1. */
  readonly utilisation: number;
  /** Mean customers in the system. */
  readonly L: number;
  /** Mean customers waiting. */
  readonly Lq: number;
  /** Mean seconds from arrival to departure; R of some books. */
  readonly W_s: number;
  /** Mean seconds waiting for service. */
  readonly Wq_s: number;
}

/** @throws UserError where a rate is not above zero and finite, or arrivals outrun the servers */
export function mmc(queue: Multiserver): QueueResult & { readonly waitProbability: number } {
  const offered_erlang = offered(queue);
  const waitProbability = erlangC(queue.servers, offered_erlang);
  const spare_per_s = queue.servers * queue.service_per_s - queue.arrival_per_s;
  // The load and the rates round differently: at the very edge one may be stable where the other is not.
  if (!(spare_per_s > 0)) throw wrong('arrivals outrun the servers: the queue grows for ever');
  const Wq_s = waitProbability / spare_per_s;
  const Lq = queue.arrival_per_s * Wq_s;
  return {
    utilisation: offered_erlang / queue.servers,
    waitProbability,
    L: Lq + offered_erlang,
    Lq,
    W_s: Wq_s + 1 / queue.service_per_s,
    Wq_s,
  };
}

/**
 * The share of time with exactly `count` customers in M/M/c. Computed outwards from the state in which all servers
 * are busy and nobody waits, which Erlang C gives: nothing overflows, with hundreds of servers too.
 *
 * @throws UserError as `mmc` does
 */
export function mmcProbability(queue: Multiserver, count: number): number {
  whole('the number of customers', count, 0);
  const load = offered(queue);
  const { servers } = queue;
  const share = load / servers;
  const full = erlangC(servers, load) * (1 - share);
  if (count >= servers) return full * share ** (count - servers);
  // In logarithms: with few busy servers the way down passes numbers that no double holds.
  let log = Math.log(full);
  if (log === Number.NEGATIVE_INFINITY) return fromEmpty(load, servers, count);
  for (let busy = servers; busy > count; busy -= 1) log += Math.log(busy / load);
  return Math.exp(log);
}

/** Where waiting is too rare for a double the servers are as good as infinitely many: Poisson. */
function fromEmpty(load: number, servers: number, count: number): number {
  const up = new Array<number>(servers).fill(load);
  const down = Array.from({ length: servers }, (_, index) => index + 1);
  return birthDeathSteadyState({ up, down })[count]!;
}

/**
 * M/M/c with room for `capacity` customers, those in service included; who finds it full is lost. Times are those
 * of who got in.
 *
 * @throws UserError where a rate is not above zero and finite, or the room is smaller than the number of servers
 */
export function mmcK(queue: Multiserver & { readonly capacity: number }): QueueResult & {
  readonly p: Float64Array;
  readonly lossProbability: number;
  readonly throughput_per_s: number;
} {
  offered(queue);
  const { arrival_per_s, service_per_s, servers } = queue;
  const capacity = whole('the capacity', queue.capacity, servers, COUNT_MAX);
  const p = birthDeathSteadyState({
    up: new Array<number>(capacity).fill(arrival_per_s),
    down: Array.from({ length: capacity }, (_, index) => Math.min(index + 1, servers) * service_per_s),
  });
  const lossProbability = p[capacity]!;
  const busy = mean(p, (count) => Math.min(count, servers));
  // The same, twice: where all places are always full, or none ever is, one of the two is too small for a double.
  const throughput_per_s = Math.max(busy * service_per_s, sum(p.subarray(0, capacity)) * arrival_per_s);
  const L = mean(p, (count) => count);
  const Lq = mean(p, (count) => Math.max(0, count - servers));
  return {
    utilisation: busy / servers,
    L,
    Lq,
    W_s: L / throughput_per_s,
    Wq_s: Lq / throughput_per_s,
    p,
    lossProbability,
    throughput_per_s,
  };
}

/**
 * One server, Poisson arrivals, service times of any distribution: Pollaczek and Khinchine.
 *
 * @throws UserError where arrivals outrun the server or a moment is impossible
 */
export function mg1(queue: {
  readonly arrival_per_s: number;
  readonly serviceMean_s: number;
  /** 0 of constant times, the mean squared of exponential ones. */
  readonly serviceVariance_s2: number;
}): QueueResult {
  const arrival_per_s = positive('the arrival rate', queue.arrival_per_s);
  const mean_s = positive('the mean service time', queue.serviceMean_s);
  const variance_s2 = notNegative('the variance of service times', queue.serviceVariance_s2);
  const utilisation = arrival_per_s * mean_s;
  if (utilisation >= 1) throw wrong(`a load of ${utilisation} on one server has no steady state`);
  const Wq_s = (arrival_per_s * (mean_s ** 2 + variance_s2)) / (2 * (1 - utilisation));
  const Lq = arrival_per_s * Wq_s;
  return { utilisation, L: Lq + utilisation, Lq, W_s: Wq_s + mean_s, Wq_s };
}

export interface MachineRepairResult {
  /** p[n]: the share of time with n machines down. */
  readonly p: Float64Array;
  /** Mean machines down, in repair or waiting for it. */
  readonly L: number;
  /** Mean machines waiting for a crew. */
  readonly Lq: number;
  /** Mean hours from a failure to the end of its repair. */
  readonly W_h: number;
  /** Mean hours waiting for a crew. */
  readonly Wq_h: number;
  /** Failures of all machines together. */
  readonly failures_per_h: number;
  /** Share of the machines that is up, 0 to 1. */
  readonly availability: number;
  /** Share of the crews' time that is busy, 0 to 1. */
  readonly utilisation: number;
}

/**
 * Machine repair, or M/M/c//N: each machine that is up fails at its rate, `crews` repair one each, the others wait.
 *
 * @throws UserError where a rate is not above zero and finite, or a number is not whole
 */
export function machineRepair(plant: {
  readonly machines: number;
  readonly crews: number;
  /** Of one machine that is up. */
  readonly failure_per_h: number;
  /** Of one crew at work. */
  readonly repair_per_h: number;
}): MachineRepairResult {
  const machines = whole('the number of machines', plant.machines, 1, COUNT_MAX);
  const crews = whole('the number of crews', plant.crews, 1);
  const failure_per_h = positive('the failure rate', plant.failure_per_h);
  const repair_per_h = positive('the repair rate', plant.repair_per_h);
  const p = birthDeathSteadyState({
    up: Array.from({ length: machines }, (_, down) => (machines - down) * failure_per_h),
    down: Array.from({ length: machines }, (_, index) => Math.min(index + 1, crews) * repair_per_h),
  });
  const L = mean(p, (down) => down);
  const Lq = mean(p, (down) => Math.max(0, down - crews));
  const running = mean(p, (down) => machines - down);
  const repairing = mean(p, (down) => Math.min(down, crews));
  // The same, twice: where all are always up, or always down, one of the two is too small for a double.
  const failures_per_h = Math.max(running * failure_per_h, repairing * repair_per_h);
  return {
    p,
    L,
    Lq,
    W_h: L / failures_per_h,
    Wq_h: Lq / failures_per_h,
    failures_per_h,
    availability: running / machines,
    utilisation: repairing / crews,
  };
}

const mean = (p: Float64Array, value: (count: number) => number): number =>
  p.reduce((sum, share, count) => sum + share * value(count), 0);

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

/** Load in erlang, of a queue whose numbers are checked here. */
function offered(queue: Multiserver): number {
  whole('the number of servers', queue.servers, 1, COUNT_MAX);
  const arrival_per_s = positive('the arrival rate', queue.arrival_per_s);
  return arrival_per_s / positive('the service rate', queue.service_per_s);
}

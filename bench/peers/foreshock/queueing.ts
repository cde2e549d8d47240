/** `queueing.ts station SERVERS ARRIVAL-RATE CUSTOMERS`, or `repair CREWS FAILURE-RATE REPAIRS MACHINES`. */
import { stream } from '../../../src/scenario/random.ts';
import { Simulation } from '../../../src/sim/engine/simulation.ts';

const uniform = stream('bench', 0, 'queueing');
const exponential = (rate: number): number => -Math.log(1 - uniform()) / rate;

/** So many servers, who serve first come, first served; each service takes 1 on average. */
class Station {
  readonly #simulation: Simulation;
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(simulation: Simulation, servers: number) {
    this.#simulation = simulation;
    this.#free = servers;
  }

  serve(done: () => void): void {
    if (this.#free === 0) {
      this.#waiting.push(done);
    } else {
      this.#free -= 1;
      this.#begin(done);
    }
  }

  #begin(done: () => void): void {
    this.#simulation.after(exponential(1), () => {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else this.#begin(next);
      done();
    });
  }
}

/** Mean time from a customer's arrival to its departure. */
function station(servers: number, arrivalRate: number, customers: number): number {
  const simulation = new Simulation();
  const station = new Station(simulation, servers);
  let time = 0;
  let arrived = 0;
  const arrive = () => {
    const arrivedAt = simulation.now;
    station.serve(() => {
      time += simulation.now - arrivedAt;
    });
    arrived += 1;
    if (arrived < customers) simulation.after(exponential(arrivalRate), arrive);
  };
  arrive();
  simulation.runUntil(Number.MAX_VALUE);
  return time / customers;
}

/** Mean time from a machine's failure to the end of its repair. */
function repair(crews: number, failureRate: number, repairs: number, machines: number): number {
  const simulation = new Simulation();
  const crew = new Station(simulation, crews);
  let time = 0;
  let repaired = 0;
  const run = () => simulation.after(exponential(failureRate), fail);
  const fail = () => {
    const failedAt = simulation.now;
    crew.serve(() => {
      if (repaired === repairs) return;
      time += simulation.now - failedAt;
      repaired += 1;
      run();
    });
  };
  for (let machine = 0; machine < machines; machine += 1) run();
  simulation.runUntil(Number.MAX_VALUE);
  return time / repairs;
}

const [model, ...numbers] = process.argv.slice(2);
const [servers, rate, customers, machines] = numbers.map(Number) as [number, number, number, number];
const run = (count: number): number =>
  model === 'repair' ? repair(servers, rate, count, machines) : station(servers, rate, count);
run(customers / 10);
const begin_ms = performance.now();
const answer = run(customers);
console.log(JSON.stringify({ seconds: (performance.now() - begin_ms) / 1000, answer }));

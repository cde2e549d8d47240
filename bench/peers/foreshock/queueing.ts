/** `queueing.ts station SERVERS ARRIVAL-RATE CUSTOMERS`, or `repair CREWS FAILURE-RATE REPAIRS MACHINES`. */
import { stream } from '../../../src/scenario/random.ts';
import { Simulation } from '../../../src/sim/engine/simulation.ts';

const uniform = stream('bench', 0, 'queueing');
const exponential = (rate: number): number => -Math.log(1 - uniform()) / rate;

/** One who serves: its customer is known by when it came. */
class Server {
  readonly #simulation: Simulation;
  readonly #end: () => void;
  #cameAt = 0;

  constructor(simulation: Simulation, ended: (server: Server, cameAt: number) => void) {
    this.#simulation = simulation;
    this.#end = () => ended(this, this.#cameAt);
  }

  serve(cameAt: number): void {
    this.#cameAt = cameAt;
    this.#simulation.after(exponential(1), this.#end);
  }
}

/** So many servers, who serve first come, first served; each service takes 1 on average. */
class Station {
  readonly #simulation: Simulation;
  readonly #free: Server[];
  readonly #waiting: number[] = [];

  /** @param done told of each customer that leaves when it came */
  constructor(simulation: Simulation, servers: number, done: (cameAt: number) => void) {
    const ended = (server: Server, cameAt: number) => {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free.push(server);
      else server.serve(next);
      done(cameAt);
    };
    this.#simulation = simulation;
    this.#free = Array.from({ length: servers }, () => new Server(simulation, ended));
  }

  /** A customer comes. */
  come(): void {
    const server = this.#free.pop();
    if (server === undefined) this.#waiting.push(this.#simulation.now);
    else server.serve(this.#simulation.now);
  }
}

/** Mean time from a customer's arrival to its departure. */
function station(servers: number, arrivalRate: number, customers: number): number {
  const simulation = new Simulation();
  let time = 0;
  let arrived = 0;
  const station = new Station(simulation, servers, (cameAt) => {
    time += simulation.now - cameAt;
  });
  const arrive = () => {
    station.come();
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
  let time = 0;
  let repaired = 0;
  const run = () => simulation.after(exponential(failureRate), fail);
  const crew = new Station(simulation, crews, (failedAt) => {
    if (repaired === repairs) return;
    time += simulation.now - failedAt;
    repaired += 1;
    run();
  });
  const fail = () => crew.come();
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

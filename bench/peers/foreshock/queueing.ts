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

  constructor(simulation: Simulation, station: Station) {
    this.#simulation = simulation;
    this.#end = () => station.end(this, this.#cameAt);
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
  readonly #customers: number;
  readonly #left: () => void;
  #served = 0;
  #time = 0;

  /** @param left told of each of so many customers that leaves */
  constructor(simulation: Simulation, servers: number, customers: number, left: () => void = () => {}) {
    this.#simulation = simulation;
    this.#free = Array.from({ length: servers }, () => new Server(simulation, this));
    this.#customers = customers;
    this.#left = left;
  }

  /** Of so many customers, from coming to leaving. */
  get meanTime(): number {
    return this.#time / this.#customers;
  }

  /** A customer comes. */
  come(): void {
    const server = this.#free.pop();
    if (server === undefined) this.#waiting.push(this.#simulation.now);
    else server.serve(this.#simulation.now);
  }

  /** A service ends, of the customer that came then. */
  end(server: Server, cameAt: number): void {
    if (this.#waiting.length === 0) this.#free.push(server);
    else server.serve(this.#waiting.shift() as number);
    if (this.#served === this.#customers) return;
    this.#served += 1;
    this.#time += this.#simulation.now - cameAt;
    this.#left();
  }
}

/** Mean time from a customer's arrival to its departure. */
function station(servers: number, arrivalRate: number, customers: number): number {
  const simulation = new Simulation();
  const station = new Station(simulation, servers, customers);
  let arrived = 0;
  const arrive = () => {
    station.come();
    arrived += 1;
    if (arrived < customers) simulation.after(exponential(arrivalRate), arrive);
  };
  arrive();
  simulation.runUntil(Number.MAX_VALUE);
  return station.meanTime;
}

/** Mean time from a machine's failure to the end of its repair. */
function repair(crews: number, failureRate: number, repairs: number, machines: number): number {
  const simulation = new Simulation();
  const run = () => simulation.after(exponential(failureRate), fail);
  const crew = new Station(simulation, crews, repairs, run);
  const fail = () => crew.come();
  for (let machine = 0; machine < machines; machine += 1) run();
  simulation.runUntil(Number.MAX_VALUE);
  return crew.meanTime;
}

const [model, ...numbers] = process.argv.slice(2);
const [servers, rate, customers, machines] = numbers.map(Number) as [number, number, number, number];
const run = (count: number): number =>
  model === 'repair' ? repair(servers, rate, count, machines) : station(servers, rate, count);
run(customers);
const begin_ms = performance.now();
const answer = run(customers);
console.log(JSON.stringify({ seconds: (performance.now() - begin_ms) / 1000, answer }));

/** `queueing.mjs station SERVERS ARRIVAL-RATE CUSTOMERS`, or `repair CREWS FAILURE-RATE REPAIRS MACHINES`. */

// The package is bundled for browsers, and exports nothing: it sets window.Sim.
globalThis.window = globalThis;
await import('simjs');
const { Entity, Facility, Random, Sim } = window.Sim;

const random = new Random(1);

/** Mean time from a customer's arrival to its departure. */
function station(servers, arrivalRate, customers) {
  const facility = new Facility('station', Facility.FCFS, servers);
  let time = 0;
  let arrived = 0;

  class Source extends Entity {
    start() {
      const arrivedAt = this.time();
      this.useFacility(facility, random.exponential(1)).done(() => {
        time += this.time() - arrivedAt;
      });
      arrived += 1;
      if (arrived < customers) this.setTimer(random.exponential(arrivalRate)).done(this.start);
    }
  }

  const simulation = new Sim();
  simulation.addEntity(Source);
  simulation.simulate(Number.MAX_VALUE);
  return time / customers;
}

/** Mean time from a machine's failure to the end of its repair. */
function repair(crews, failureRate, repairs, machines) {
  const crew = new Facility('crews', Facility.FCFS, crews);
  let time = 0;
  let repaired = 0;

  class Machine extends Entity {
    start() {
      this.setTimer(random.exponential(failureRate)).done(this.fail);
    }

    fail() {
      const failedAt = this.time();
      this.useFacility(crew, random.exponential(1)).done(() => {
        if (repaired === repairs) return;
        time += this.time() - failedAt;
        repaired += 1;
        this.start();
      });
    }
  }

  const simulation = new Sim();
  for (let machine = 0; machine < machines; machine += 1) simulation.addEntity(Machine);
  simulation.simulate(Number.MAX_VALUE);
  return time / repairs;
}

const [model, ...numbers] = process.argv.slice(2);
const [servers, rate, customers, machines] = numbers.map(Number);
const run = (count) =>
  model === 'repair' ? repair(servers, rate, count, machines) : station(servers, rate, count);
run(customers);
const begin_ms = performance.now();
const answer = run(customers);
console.log(JSON.stringify({ seconds: (performance.now() - begin_ms) / 1000, answer }));

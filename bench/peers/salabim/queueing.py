"""queueing.py station SERVERS ARRIVAL-RATE CUSTOMERS, or repair CREWS FAILURE-RATE REPAIRS MACHINES."""

import pathlib
import sys
from random import expovariate

sys.path.append(str(pathlib.Path(__file__).parents[1] / "shared"))

import salabim
from measure import measure

# Processes as generators, which need no greenlets and are quicker.
salabim.yieldless(False)


def station(servers, arrival_rate, customers):
    env = salabim.Environment()
    station = salabim.Resource("station", capacity=servers)
    time = 0

    class Customer(salabim.Component):
        def process(self):
            nonlocal time
            arrived = env.now()
            yield self.request(station)
            yield self.hold(expovariate(1))
            self.release(station)
            time += env.now() - arrived

    class Source(salabim.Component):
        def process(self):
            for _ in range(customers):
                Customer()
                yield self.hold(expovariate(arrival_rate))

    Source()
    env.run()
    return time / customers


def repair(crews, failure_rate, repairs, machines):
    env = salabim.Environment()
    crew = salabim.Resource("crew", capacity=crews)
    time = repaired = 0

    class Machine(salabim.Component):
        def process(self):
            nonlocal time, repaired
            while True:
                yield self.hold(expovariate(failure_rate))
                failed = env.now()
                yield self.request(crew)
                yield self.hold(expovariate(1))
                self.release(crew)
                if repaired < repairs:
                    time += env.now() - failed
                    repaired += 1
                if repaired == repairs:
                    env.main().activate()

    for _ in range(machines):
        Machine()
    env.run()
    return time / repairs


measure(station, repair)

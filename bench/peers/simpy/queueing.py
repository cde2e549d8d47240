"""queueing.py station SERVERS ARRIVAL-RATE CUSTOMERS, or repair CREWS FAILURE-RATE REPAIRS MACHINES."""

import pathlib
import sys
from random import expovariate

sys.path.append(str(pathlib.Path(__file__).parents[1] / "shared"))

import simpy
from measure import measure


def station(servers, arrival_rate, customers):
    env = simpy.Environment()
    station = simpy.Resource(env, servers)
    time = 0

    def customer():
        nonlocal time
        arrived = env.now
        with station.request() as request:
            yield request
            yield env.timeout(expovariate(1))
        time += env.now - arrived

    def source():
        for _ in range(customers):
            env.process(customer())
            yield env.timeout(expovariate(arrival_rate))

    env.process(source())
    env.run()
    return time / customers


def repair(crews, failure_rate, repairs, machines):
    env = simpy.Environment()
    crew = simpy.Resource(env, crews)
    done = env.event()
    time = repaired = 0

    def machine():
        nonlocal time, repaired
        while repaired < repairs:
            yield env.timeout(expovariate(failure_rate))
            failed = env.now
            with crew.request() as request:
                yield request
                yield env.timeout(expovariate(1))
            time += env.now - failed
            repaired += 1
            if repaired == repairs:
                done.succeed()

    for _ in range(machines):
        env.process(machine())
    env.run(until=done)
    return time / repairs


measure(station, repair)

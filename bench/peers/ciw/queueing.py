"""queueing.py station SERVERS ARRIVAL-RATE CUSTOMERS, or repair CREWS FAILURE-RATE REPAIRS MACHINES."""

import pathlib
import sys
from itertools import islice

sys.path.append(str(pathlib.Path(__file__).parents[1] / "shared"))

import ciw
from measure import measure


def station(servers, arrival_rate, customers):
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=arrival_rate)],
        service_distributions=[ciw.dists.Exponential(rate=1)],
        number_of_servers=[servers],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(customers, method="Finish")
    return mean_time(simulation.get_all_records())


def repair(crews, failure_rate, repairs, machines):
    """Two nodes, between which the machines go round: up, as many at a time as there are; and in repair."""
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Sequential([0.0, float("inf")]), None],
        batching_distributions=[ciw.dists.Deterministic(machines), ciw.dists.Deterministic(1)],
        service_distributions=[ciw.dists.Exponential(rate=failure_rate), ciw.dists.Exponential(rate=1)],
        number_of_servers=[float("inf"), crews],
        routing=[[0.0, 1.0], [1.0, 0.0]],
    )
    simulation = ciw.Simulation(network)
    # Nobody leaves for good, so there is no number of customers to stop at: the time in which so many are repaired,
    # since all crews are busy almost always.
    simulation.simulate_until_max_time(repairs / crews)
    return mean_time(record for record in simulation.get_all_records() if record.node == 2)


def mean_time(records):
    times = [record.exit_date - record.arrival_date for record in records]
    return sum(times) / len(times)


measure(station, repair)

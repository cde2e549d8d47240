"""What the models in Python share: the arguments, and the line of JSON at the end."""

import json
import random
import sys
import time


def measure(station, repair):
    """`station(servers, arrival_rate, customers)` and `repair(crews, failure_rate, repairs, machines)`
    give the mean time that a customer or a broken machine is in the system."""
    model, servers, rate, customers, *machines = sys.argv[1:]

    def run(count):
        if model == "repair":
            return repair(int(servers), float(rate), count, int(machines[0]))
        return station(int(servers), float(rate), count)

    random.seed(1)
    run(int(customers))
    begin = time.perf_counter()
    answer = run(int(customers))
    print(json.dumps({"seconds": time.perf_counter() - begin, "answer": answer}))

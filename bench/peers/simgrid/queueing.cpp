// queueing station SERVERS ARRIVAL-RATE CUSTOMERS, or queueing repair CREWS FAILURE-RATE REPAIRS MACHINES.
// SimGrid's S4U. At the station each server is an actor: an actor for each customer would be slower.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <queue>
#include <simgrid/s4u.hpp>
#include <string>

#include "../cpp/random.hpp"

namespace sg = simgrid::s4u;

// Mean time from a customer's arrival to its departure.
double station(const sg::Engine& engine, sg::Host* host, int servers, double arrival_rate, long customers) {
  const auto come = sg::Semaphore::create(0);
  const auto finished = sg::Semaphore::create(0);
  std::queue<double> waiting;
  long departed = 0;
  double time = 0;
  const auto serve = [&] {
    for (;;) {
      come->acquire();
      const double arrived = waiting.front();
      waiting.pop();
      sg::this_actor::sleep_for(exponential(1));
      time += sg::Engine::get_clock() - arrived;
      if (++departed == customers) finished->release();
    }
  };
  for (int server = 0; server < servers; ++server) sg::Actor::create("server", host, serve)->daemonize();
  sg::Actor::create("source", host, [&] {
    for (long arrived = 0; arrived < customers; ++arrived) {
      if (arrived > 0) sg::this_actor::sleep_for(exponential(arrival_rate));
      waiting.push(sg::Engine::get_clock());
      come->release();
    }
    finished->acquire();
  });
  engine.run();
  return time / customers;
}

// Mean time from a machine's failure to the end of its repair.
double repair(const sg::Engine& engine, sg::Host* host, int crews, double failure_rate, long repairs, int machines) {
  const auto crew = sg::Semaphore::create(crews);
  const auto finished = sg::Semaphore::create(0);
  long repaired = 0;
  double time = 0;
  const auto work = [&] {
    for (;;) {
      sg::this_actor::sleep_for(exponential(failure_rate));
      const double failed = sg::Engine::get_clock();
      crew->acquire();
      sg::this_actor::sleep_for(exponential(1));
      crew->release();
      if (repaired == repairs) continue;
      time += sg::Engine::get_clock() - failed;
      if (++repaired == repairs) finished->release();
    }
  };
  for (int machine = 0; machine < machines; ++machine) sg::Actor::create("machine", host, work)->daemonize();
  sg::Actor::create("end", host, [&] { finished->acquire(); });
  engine.run();
  return time / repairs;
}

int main(int argc, char** argv) {
  sg::Engine engine(&argc, argv);
  auto* zone = sg::create_full_zone("zone");
  auto* host = zone->create_host("host", 1e9);
  zone->seal();
  const bool is_repair = std::string(argv[1]) == "repair";
  const int servers = std::atoi(argv[2]);
  const double rate = std::atof(argv[3]);
  const long customers = std::atol(argv[4]);
  const auto run = [&](long count) {
    return is_repair ? repair(engine, host, servers, rate, count, std::atoi(argv[5]))
                     : station(engine, host, servers, rate, count);
  };
  run(customers);
  const auto begin = std::chrono::steady_clock::now();
  const double answer = run(customers);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  std::printf("{\"seconds\":%.9g,\"answer\":%.17g}\n", took.count(), answer);
}

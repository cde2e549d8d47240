// queueing station SERVERS ARRIVAL-RATE CUSTOMERS, or queueing repair CREWS FAILURE-RATE REPAIRS MACHINES.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <queue>
#include <string>
#include <vector>

#include "random.hpp"

enum class Kind : std::uint8_t { arrival, departure };

struct Event {
  double time;
  std::uint64_t order;
  Kind kind;
  double since;  // of a departure: when the customer came
};

struct LeavesLater {
  bool operator()(const Event& a, const Event& b) const {
    return a.time > b.time || (a.time == b.time && a.order > b.order);
  }
};

class Model {
 public:
  explicit Model(int servers) : free_(servers) {}

  // Mean time from a customer's arrival to its departure.
  double station(double arrival_rate, long customers) {
    schedule(0, Kind::arrival);
    long arrived = 0;
    while (!events_.empty()) {
      const Event event = next();
      if (event.kind == Kind::arrival) {
        serve();
        if (++arrived < customers) schedule(exponential(arrival_rate), Kind::arrival);
      } else {
        depart(event);
      }
    }
    return time_ / customers;
  }

  // Mean time from a machine's failure to the end of its repair.
  double repair(double failure_rate, long repairs, int machines) {
    for (int machine = 0; machine < machines; ++machine) schedule(exponential(failure_rate), Kind::arrival);
    for (long repaired = 0; repaired < repairs;) {
      const Event event = next();
      if (event.kind == Kind::arrival) {
        serve();
      } else {
        depart(event);
        ++repaired;
        schedule(exponential(failure_rate), Kind::arrival);
      }
    }
    return time_ / repairs;
  }

 private:
  void schedule(double delay, Kind kind, double since = 0) {
    events_.push({now_ + delay, order_++, kind, since});
  }

  Event next() {
    const Event event = events_.top();
    events_.pop();
    now_ = event.time;
    return event;
  }

  void serve() {
    if (free_ == 0) {
      waiting_.push(now_);
    } else {
      --free_;
      schedule(exponential(1), Kind::departure, now_);
    }
  }

  void depart(const Event& event) {
    time_ += now_ - event.since;
    if (waiting_.empty()) {
      ++free_;
    } else {
      schedule(exponential(1), Kind::departure, waiting_.front());
      waiting_.pop();
    }
  }

  std::priority_queue<Event, std::vector<Event>, LeavesLater> events_;
  std::queue<double> waiting_;
  std::uint64_t order_ = 0;
  int free_;
  double now_ = 0;
  double time_ = 0;
};

int main(int, char** argv) {
  const bool is_repair = std::string(argv[1]) == "repair";
  const double rate = std::atof(argv[3]);
  const long customers = std::atol(argv[4]);
  auto run = [&](long count) {
    Model model(std::atoi(argv[2]));
    return is_repair ? model.repair(rate, count, std::atoi(argv[5])) : model.station(rate, count);
  };
  run(customers);
  const auto begin = std::chrono::steady_clock::now();
  const double answer = run(customers);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  std::printf("{\"seconds\":%.9g,\"answer\":%.17g}\n", took.count(), answer);
}

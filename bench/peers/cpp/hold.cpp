// hold EVENTS HOLDS FILE: the hold model with std::priority_queue.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <queue>
#include <vector>

struct Event {
  double time;
  std::uint64_t order;
  std::int32_t id;
};

struct LeavesLater {
  bool operator()(const Event& a, const Event& b) const {
    return a.time > b.time || (a.time == b.time && a.order > b.order);
  }
};

int main(int, char** argv) {
  const std::int32_t events = std::atoi(argv[1]);
  const long holds = std::atol(argv[2]);
  std::ifstream file(argv[3], std::ios::binary | std::ios::ate);
  std::vector<double> delays(file.tellg() / sizeof(double));
  file.seekg(0).read(reinterpret_cast<char*>(delays.data()), delays.size() * sizeof(double));
  const std::size_t mask = delays.size() - 1;

  std::priority_queue<Event, std::vector<Event>, LeavesLater> queue;
  std::uint64_t order = 0;
  std::size_t drawn = 0;
  std::uint32_t checksum = 0;
  double now = 0;
  auto hold = [&](long count) {
    for (long i = 0; i < count; ++i) {
      const Event event = queue.top();
      queue.pop();
      now = event.time;
      checksum = checksum * 31 + event.id;
      queue.push({now + delays[drawn++ & mask], order++, event.id});
    }
  };
  for (std::int32_t id = 0; id < events; ++id) queue.push({delays[drawn++ & mask], order++, id});
  hold(holds);
  const auto begin = std::chrono::steady_clock::now();
  hold(holds);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  std::printf("{\"seconds\":%.9g,\"answer\":{\"checksum\":%d,\"now\":%.17g}}\n", took.count(),
              static_cast<std::int32_t>(checksum), now);
}

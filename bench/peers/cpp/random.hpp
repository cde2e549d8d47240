// The stream of random numbers that foreshock's model draws from, bit by bit: Alea (Johannes Baagøe, 2010), seeded as
// in seedrandom 3; and the exponential delays made of it in the same way. So nobody wins by a cheaper generator.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>

class Alea {
 public:
  explicit Alea(const std::string& seed) {
    Mash mash;
    for (double& number : state_) number = mash(" ");
    for (double& number : state_) {
      number -= mash(seed);
      if (number < 0) number += 1;
    }
  }

  // In [0, 1), with 32 random bits.
  double operator()() {
    const double next = 2091639 * state_[0] + carry_ * 0x1p-32;
    state_[0] = state_[1];
    state_[1] = state_[2];
    carry_ = static_cast<std::int32_t>(next);
    return state_[2] = next - carry_;
  }

 private:
  class Mash {
   public:
    double operator()(const std::string& text) {
      for (const unsigned char character : text) {
        n_ += character;
        double h = 0.02519603282416938 * n_;
        n_ = static_cast<std::uint32_t>(h);
        h = (h - n_) * n_;
        n_ = static_cast<std::uint32_t>(h);
        n_ += (h - n_) * 0x1p32;
      }
      return static_cast<std::uint32_t>(static_cast<std::uint64_t>(n_)) * 0x1p-32;
    }

   private:
    double n_ = 0xefc8249d;
  };

  double state_[3];
  std::int32_t carry_ = 1;
};

inline double exponential(double rate) {
  static Alea uniform{"bench/0/queueing"};
  return -std::log(1 - uniform()) / rate;
}

#include "nmt/metrics/numpy_random.h"

#include <array>
#include <bit>
#include <random>

namespace nmt::metrics {
namespace {

constexpr size_t kPoolSize = 4;
using Pool = std::array<uint32_t, kPoolSize>;

// One of SeedSequence's two hashes: a multiplier that changes with every use.
class Hash {
 public:
  Hash(uint32_t start, uint32_t factor) : multiplier_(start), factor_(factor) {}

  uint32_t operator()(uint32_t value) {
    value ^= multiplier_;
    multiplier_ *= factor_;
    value *= multiplier_;
    return value ^ (value >> 16);
  }

 private:
  uint32_t multiplier_, factor_;
};

uint32_t mix(uint32_t a, uint32_t b) {
  const uint32_t mixed = 0xCA01F9DDu * a - 0x4973F715u * b;
  return mixed ^ (mixed >> 16);
}

Pool seed_pool(uint64_t seed) {
  // Two words at most, so that the pool is larger than the seed.
  const std::array<uint32_t, kPoolSize> words = {static_cast<uint32_t>(seed),
                                                 static_cast<uint32_t>(seed >> 32), 0, 0};
  Hash hash(0x43B0D7E5u, 0x931E8875u);
  Pool pool;
  for (size_t i = 0; i < kPoolSize; ++i) pool[i] = hash(words[i]);
  for (size_t from = 0; from < kPoolSize; ++from) {
    for (size_t to = 0; to < kPoolSize; ++to) {
      if (from != to) pool[to] = mix(pool[to], hash(pool[from]));
    }
  }
  return pool;
}

std::array<uint64_t, 4> generated_state(const Pool& pool) {
  Hash hash(0x8B51F9DDu, 0x58F38DEDu);
  std::array<uint64_t, 4> state{};
  for (size_t i = 0; i < 8; ++i) {
    state[i / 2] |= uint64_t{hash(pool[i % kPoolSize])} << (i % 2 * 32);
  }
  return state;
}

constexpr unsigned __int128 wide(uint64_t high, uint64_t low) {
  return static_cast<unsigned __int128>(high) << 64 | low;
}

constexpr unsigned __int128 kMultiplier = wide(0x2360ED051FC65DA4u, 0x4385DF649FCCF645u);

}  // namespace

NumpyRandom::NumpyRandom(uint64_t seed) {
  const std::array<uint64_t, 4> words = generated_state(seed_pool(seed));
  increment_ = wide(words[2], words[3]) << 1 | 1;
  state_ = increment_ + wide(words[0], words[1]);
  state_ = state_ * kMultiplier + increment_;
}

inline uint64_t NumpyRandom::next_64() {
  state_ = state_ * kMultiplier + increment_;
  const auto folded = static_cast<uint64_t>(state_ >> 64) ^ static_cast<uint64_t>(state_);
  return std::rotr(folded, static_cast<int>(state_ >> 122));
}

inline uint32_t NumpyRandom::next_32() {
  if (high_half_) {
    const uint32_t half = *high_half_;
    high_half_.reset();
    return half;
  }
  const uint64_t bits = next_64();
  high_half_ = static_cast<uint32_t>(bits >> 32);
  return static_cast<uint32_t>(bits);
}

template <class Use>
[[gnu::always_inline]] inline void NumpyRandom::draw(uint64_t n, size_t count, const Use& use) {
  if (n <= 1) {
    for (size_t i = 0; i < count; ++i) use(i, 0);
    return;
  }
  // The products below it are dropped, so that all numbers are equally likely.
  const auto threshold = static_cast<uint32_t>((uint64_t{1} << 32) % n);
  NumpyRandom random = *this;  // A copy that the compiler keeps in registers.
  for (size_t i = 0; i < count; ++i) {
    uint64_t product = random.next_32() * n;
    while (static_cast<uint32_t>(product) < threshold) product = random.next_32() * n;
    use(i, static_cast<uint32_t>(product >> 32));
  }
  *this = random;
}

void NumpyRandom::choice(uint64_t n, std::span<uint32_t> result) {
  draw(n, result.size(), [&](size_t i, uint32_t number) { result[i] = number; });
}

void NumpyRandom::count_choices(std::span<float> counts) {
  draw(counts.size(), counts.size(), [&](size_t, uint32_t number) { counts[number] += 1.0f; });
}

bool NumpyRandom::next_bool() {
  if (bits_left_ == 0) {
    bits_ = next_32();
    bits_left_ = 32;
  }
  const bool bit = bits_ & 1;
  bits_ >>= 1;
  --bits_left_;
  return bit;
}

uint64_t entropy_seed() {
  std::random_device device;
  return uint64_t{device()} << 32 | device();
}

}  // namespace nmt::metrics

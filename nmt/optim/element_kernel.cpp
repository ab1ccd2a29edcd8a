#include "nmt/optim/element_kernel.h"

#include <algorithm>
#include <utility>

#include "nmt/optim/gradient_kernel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nmt/optim/element_kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace nmt::optim::HWY_NAMESPACE {

template <class Rule, class... State>
void UpdateLoop(int64_t count, const Coefficients c, const float* HWY_RESTRICT gradient,
                float* HWY_RESTRICT value, State* HWY_RESTRICT... state) {
  for (int64_t i = 0; i < count; ++i) {
    Rule::update(c, c.gradient_scale * gradient[i], value[i], state[i]...);
  }
}

template <class Rule, class... State>
void DirectionLoop(int64_t count, const Coefficients c, const float* HWY_RESTRICT gradient,
                   const float* HWY_RESTRICT value, float* HWY_RESTRICT direction,
                   State* HWY_RESTRICT... state) {
  for (int64_t i = 0; i < count; ++i) {
    direction[i] = Rule::direction(c, c.gradient_scale * gradient[i], value[i], state[i]...);
  }
}

template <class Rule, size_t... k>
void Update(const Elements& e, const Coefficients& c, std::index_sequence<k...>) {
  UpdateLoop<Rule>(e.count, c, e.gradient, e.value, e.state[k]...);
}

template <class Rule, size_t... k>
double Measure(const Elements& e, const Coefficients& c, std::index_sequence<k...>) {
  if constexpr (HasDirection<Rule>) {
    constexpr int64_t kBlock = 1024;
    float direction[kBlock];
    double squares = 0.0;
    for (int64_t i = 0; i < e.count; i += kBlock) {
      const int64_t n = std::min(kBlock, e.count - i);
      DirectionLoop<Rule>(n, c, e.gradient + i, e.value + i, direction, (e.state[k] + i)...);
      squares += sum_of_squares(direction, n);
    }
    return squares;
  } else {
    return sum_of_squares(e.gradient, e.count);
  }
}

// Calls the loop of the rule with that index.
template <class... Rule>
void UpdateBy(std::tuple<Rule...>, size_t rule, const Elements& e, const Coefficients& c) {
  size_t index = 0;
  ((rule == index++ ? Update<Rule>(e, c, std::make_index_sequence<Rule::kState.size()>()) : void()),
   ...);
}

template <class... Rule>
double MeasureBy(std::tuple<Rule...>, size_t rule, const Elements& e, const Coefficients& c) {
  size_t index = 0;
  double sum = 0.0;
  ((rule == index++
        ? void(sum = Measure<Rule>(e, c, std::make_index_sequence<Rule::kState.size()>()))
        : void()),
   ...);
  return sum;
}

void UpdateArray(size_t rule, const Elements& e, const Coefficients& c) {
  UpdateBy(ElementRules(), rule, e, c);
}

double MeasureArray(size_t rule, const Elements& e, const Coefficients& c) {
  return MeasureBy(ElementRules(), rule, e, c);
}

}  // namespace nmt::optim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nmt::optim {

HWY_EXPORT(UpdateArray);
HWY_EXPORT(MeasureArray);

void update_array(size_t rule, const Elements& e, const Coefficients& c) {
  HWY_DYNAMIC_DISPATCH(UpdateArray)(rule, e, c);
}

double measure_array(size_t rule, const Elements& e, const Coefficients& c) {
  return HWY_DYNAMIC_DISPATCH(MeasureArray)(rule, e, c);
}

}  // namespace nmt::optim
#endif

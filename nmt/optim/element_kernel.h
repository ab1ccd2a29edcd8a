// The loops of the elementwise optimizers over plain arrays: their formulas (elements.h), compiled
// for every instruction set, of which one is chosen at run time. The same bits on all. No LibTorch.

#pragma once

#include <tuple>
#include <type_traits>

#include "nmt/optim/adagrad.h"
#include "nmt/optim/adam.h"
#include "nmt/optim/elements.h"
#include "nmt/optim/lamb.h"
#include "nmt/optim/lars.h"
#include "nmt/optim/lion.h"
#include "nmt/optim/sgd.h"

namespace nmt::optim {

/// All formulas that have a loop.
using ElementRules = std::tuple<Adam, PlainSgd, MomentumSgd, Adagrad, Lars, Lamb, Lion>;

/// The place of `Rule` among them.
template <class Rule>
constexpr size_t rule_index() {
  return []<class... All>(std::type_identity<std::tuple<All...>>) {
    static_assert((std::is_same_v<Rule, All> || ...), "a formula that ElementRules lacks");
    size_t index = 0;
    (void)((std::is_same_v<Rule, All> || (++index, false)) || ...);
    return index;
  }(std::type_identity<ElementRules>());
}

/// Updates the elements in place by the formula in that place.
void update_array(size_t rule, const Elements& e, const Coefficients& c);

/// What a formula with a trust ratio needs beforehand, Σ x² in float64: of its direction, with
/// which it updates the state, if it has one; else of the gradient, not scaled.
double measure_array(size_t rule, const Elements& e, const Coefficients& c);

}  // namespace nmt::optim

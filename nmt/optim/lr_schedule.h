// The learning rate of every update. With p the peak, w the warm-up updates and u the update, all
// rise as p u/w to the peak at update w. From there on, with f the final rate, e the last update of
// the decay, d the decay factor and n its distance in updates:
//
//     inverse-sqrt   p √(w/u)
//     constant       p
//     linear         f + (p − f) x                      x = max(0, (e + 1 − u) / (e + 1 − w))
//     cosine         f + (p − f) sin²(π x / 2)
//     step           p d^k                              k = ⌊(u − w) / n⌋
//     plateau        p; falls with the validation loss (plateau.h)
//
// So f is reached behind update e, and update e itself still has a rate above f.
//
// No warm-up, w = 0, is a warm-up of one update: the first update has the peak. inverse-sqrt is
// p/√u then, a tenth of the peak after 100 updates.
//
// Sources: inverse-sqrt: Vaswani et al. 2017, arXiv:1706.03762, section 5.3, written with the peak
// in place of 1/√(D w). cosine: Loshchilov and Hutter, "SGDR", ICLR 2017, arXiv:1608.03983,
// equation 5, without restarts: (1 + cos(π (1 − x))) / 2 there. linear: as BERT, Devlin et al.
// 2019, arXiv:1810.04805, appendix A.2.
//
// A new schedule is an enumerator in nmt/config/training_config.h, its name in
// nmt/config/enum_names.h, and a function and a row in lr_schedule.cpp.

#pragma once

#include <cstdint>

#include "nmt/config/training_config.h"

namespace nmt::optim {

/// The learning rate of `update`, counted from 1, but for the factor of plateau. Throws UsageError
/// if it is linear or cosine and lr_decay_updates is not above warmup_updates.
double learning_rate(const config::OptimizationConfig& config, int64_t update);

}  // namespace nmt::optim

// Many tensors that a formula computes with as if they were one number (elements.h): one operation
// for all of them, since a device waits for the start of each.
//
//     m = beta * m + alpha * g;     v = beta * v + alpha * (g * g);     x = keep * x - (s * m) / r;
//
// are two operations each, in place: products and quotients are terms, which are worked out where
// they are added to something. A term refers to its groups; give it no name.

#pragma once

#include <ATen/ATen.h>

#include <utility>
#include <vector>

namespace nmt::optim {

class TensorGroup;

/// scale · a, scale · a · b or scale · a / b.
struct Term {
  Term(const TensorGroup& whole) : a(&whole) {}
  Term(float factor, const TensorGroup& left, const TensorGroup* right = nullptr, bool over = false)
      : scale(factor), a(&left), b(right), divides(over) {}

  float scale = 1.0f;
  const TensorGroup* a;
  const TensorGroup* b = nullptr;
  bool divides = false;
};

struct Sum {
  Term first, second;
};

class TensorGroup {
 public:
  /// These tensors themselves.
  explicit TensorGroup(std::vector<at::Tensor> tensors) : tensors_(std::move(tensors)) {}

  TensorGroup(const TensorGroup&) = default;
  TensorGroup& operator=(const TensorGroup&) = delete;  // Nothing would be written.

  /// New tensors.
  TensorGroup(const Sum& sum) : tensors_(at::_foreach_mul(sum.first.a->tensors_, sum.first.scale)) {
    if (sum.first.b != nullptr) times(*sum.first.b, sum.first.divides);
    add(sum.second);
  }

  /// Writes into the tensors of this group.
  TensorGroup& operator=(const Sum& sum) {
    const bool in_place = sum.first.a == this && sum.first.b == nullptr && sum.second.a != this &&
                          sum.second.b != this;
    if (!in_place) {
      at::_foreach_copy_(tensors_, TensorGroup(sum).tensors_);
      return *this;
    }
    if (sum.first.scale != 1.0f) at::_foreach_mul_(tensors_, sum.first.scale);
    add(sum.second);
    return *this;
  }

  const std::vector<at::Tensor>& tensors() const { return tensors_; }

  friend TensorGroup sqrt(const TensorGroup& x) {
    return TensorGroup(at::_foreach_sqrt(x.tensors_));
  }
  friend TensorGroup sign(const TensorGroup& x) {
    return TensorGroup(at::_foreach_sign(x.tensors_));
  }
  friend TensorGroup operator*(TensorGroup&& x, float factor) {
    at::_foreach_mul_(x.tensors_, factor);
    return std::move(x);
  }
  friend TensorGroup operator+(TensorGroup&& x, float summand) {
    at::_foreach_add_(x.tensors_, summand);
    return std::move(x);
  }

 private:
  void times(const TensorGroup& other, bool divides) {
    if (divides) {
      at::_foreach_div_(tensors_, other.tensors_);
    } else {
      at::_foreach_mul_(tensors_, other.tensors_);
    }
  }
  void add(const Term& term) {
    if (term.b == nullptr) {
      at::_foreach_add_(tensors_, term.a->tensors_, term.scale);
    } else if (term.divides) {
      at::_foreach_addcdiv_(tensors_, term.a->tensors_, term.b->tensors_, term.scale);
    } else {
      at::_foreach_addcmul_(tensors_, term.a->tensors_, term.b->tensors_, term.scale);
    }
  }

  std::vector<at::Tensor> tensors_;
};

inline Term operator*(const TensorGroup& a, const TensorGroup& b) {
  return {1.0f, a, &b};
}
inline Term operator*(float factor, Term term) {
  term.scale *= factor;
  return term;
}
inline Term operator/(const Term& term, const TensorGroup& divisor) {
  TORCH_CHECK(term.b == nullptr, "TensorGroup: a term has at most two factors");
  return {term.scale, *term.a, &divisor, true};
}
inline Sum operator+(const Term& a, const Term& b) {
  return {a, b};
}
inline Sum operator-(const Term& a, const Term& b) {
  return {a, -1.0f * b};
}

}  // namespace nmt::optim

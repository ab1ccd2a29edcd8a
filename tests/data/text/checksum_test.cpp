#include "data/text/checksum.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace nmt::text::checksum_test {
namespace {

TEST(Checksum, SeesChangesLengthsAndOrder) {
  const auto of = [](const std::vector<std::string>& blocks) {
    Checksum checksum;
    for (const std::string& block : blocks) checksum.add(block.data(), block.size());
    return checksum.text();
  };
  std::set<std::string> seen;
  size_t count = 0;
  const std::string base(70, 'a');
  for (size_t i = 0; i < base.size(); ++i) {
    std::string changed = base;
    changed[i] ^= 1;
    seen.insert(of({changed}));
    seen.insert(of({base.substr(0, i)}));
    count += 2;
  }
  seen.insert(of({"ab", "c"}));
  seen.insert(of({"a", "bc"}));
  seen.insert(of({"c", "ab"}));
  seen.insert(of({std::string(32, '\0')}));
  seen.insert(of({std::string(33, '\0')}));
  EXPECT_EQ(seen.size(), count + 5);
  EXPECT_EQ(of({base}), of({base}));
}

}  // namespace
}  // namespace nmt::text::checksum_test

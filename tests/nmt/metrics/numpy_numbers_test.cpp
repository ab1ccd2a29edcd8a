// Random numbers, means and number formats against what numpy and Python gave.

#include <gtest/gtest.h>

#include "data/text/error.h"
#include "nmt/metrics/exact_mean.h"
#include "nmt/metrics/numpy_random.h"
#include "nmt/metrics/python_format.h"
#include "nmt/metrics/resampling.h"
#include "tests/nmt/metrics/golden.h"

namespace nmt::metrics::numpy_numbers_test {
namespace {

std::vector<nlohmann::json> records(const std::string& kind) {
  std::vector<nlohmann::json> chosen;
  for (nlohmann::json& record : golden_records("numbers.jsonl")) {
    if (record["kind"] == kind) chosen.push_back(std::move(record));
  }
  EXPECT_FALSE(chosen.empty()) << kind;
  return chosen;
}

TEST(NumpyRandomTest, ChoosesTheRecordedNumbers) {
  for (const nlohmann::json& record : records("choice")) {
    NumpyRandom random(record["seed"].get<uint64_t>());
    const auto expected = record["values"].get<std::vector<uint32_t>>();
    std::vector<uint32_t> values(expected.size());
    random.choice(record["n"], values);
    EXPECT_EQ(values, expected) << record["seed"] << ' ' << record["n"];
  }
}

TEST(NumpyRandomTest, GivesTheRecordedBooleans) {
  for (const nlohmann::json& record : records("bits")) {
    NumpyRandom random(record["seed"].get<uint64_t>());
    for (const int bit : record["values"]) ASSERT_EQ(random.next_bool(), bit == 1);
  }
}

TEST(ResamplingTest, MeansAndIntervalsEqualTheRecorded) {
  for (const nlohmann::json& record : records("mean")) {
    const ScoreArray scores{record["values"], false};
    EXPECT_EQ(exact_mean(scores.values), record["exact"]);
    EXPECT_EQ(paired_interval(scores).mean, record["pairwise"]);
    EXPECT_EQ(paired_interval(scores).half_width, record["half_width"]);
    EXPECT_EQ(confidence_interval(scores).half_width, record["half_width"]);
    const ScoreArray single{record["single"], true};
    EXPECT_EQ(confidence_interval(single).mean, record["single_exact"]);
    EXPECT_EQ(paired_interval(single).mean, record["single_pairwise"]);
    EXPECT_EQ(paired_interval(single).half_width, record["single_half_width"]);
  }
}

TEST(NumpyNumberTest, SingleWinsOverDoubleAndRoundsItFirst) {
  const NumpyNumber third = NumpyNumber(1.0) / NumpyNumber(3.0);
  EXPECT_EQ(third.value(), 1.0 / 3.0);
  const NumpyNumber mixed = NumpyNumber::single(1.0) + third;
  EXPECT_TRUE(mixed.is_single());
  EXPECT_EQ(mixed.value(), 1.0f + static_cast<float>(1.0 / 3.0));
  EXPECT_FALSE(ScoreArray::of(std::vector<NumpyNumber>{mixed, third}).single);
}

TEST(PythonFormatTest, NumbersAndStringsEqualTheRecorded) {
  for (const nlohmann::json& record : records("format")) {
    EXPECT_EQ(shortest(record["value"]), record["repr"]);
    const int widths[] = {0, 1, 2, 17};
    for (size_t i = 0; i < 4; ++i) EXPECT_EQ(fixed(record["value"], widths[i]), record["fixed"][i]);
  }
  for (const nlohmann::json& record : records("string")) {
    EXPECT_EQ(json_string(record["text"].get<std::string>(), false), record["json"]);
    EXPECT_EQ(json_string(record["text"].get<std::string>(), true), record["ascii"]);
  }
}

TEST(PythonFormatTest, WhatIsNoNumberHasPythonsNames) {
  EXPECT_EQ(fixed(-std::numeric_limits<double>::quiet_NaN(), 1), "nan");
  EXPECT_EQ(fixed(-std::numeric_limits<double>::infinity(), 1), "-inf");
  EXPECT_EQ(json_float(std::numeric_limits<double>::infinity()), "Infinity");
  EXPECT_THROW(fixed(1.0, -1), InputError);
}

}  // namespace
}  // namespace nmt::metrics::numpy_numbers_test

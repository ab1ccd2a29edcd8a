// Tokenizers against the recorded words, and what they say when what they need is missing.

#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "data/text/error.h"
#include "nmt/metrics/tokenizer_table.h"
#include "tests/nmt/metrics/golden.h"

namespace nmt::metrics {

/// The words and the signature of `name` equal those of its records in the file `records`.
inline void expect_recorded_words(const std::string& name, const std::string& records) {
  const std::unique_ptr<Tokenizer> tokenizer = make_tokenizer(name);
  size_t lines = 0;
  for (const nlohmann::json& record : golden_records(records)) {
    if (record["tokenizer"] != name) continue;
    std::string tokenized;
    tokenizer->tokenize(record["line"].get_ref<const std::string&>(), tokenized);
    const auto words = text::split_at_white_space(tokenized);
    EXPECT_EQ(std::vector<std::string>(words.begin(), words.end()), record["words"])
        << name << ": " << record["line"];
    EXPECT_EQ(tokenizer->signature(), record["signature"]);
    ++lines;
  }
  EXPECT_GT(lines, 100u) << name;
}

/// Why the tokenizer called `name` cannot be made; empty if it can.
inline std::string refusal(const char* name) {
  try {
    make_tokenizer(name);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

}  // namespace nmt::metrics

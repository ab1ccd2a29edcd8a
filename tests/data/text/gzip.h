// Gzip for tests.

#pragma once

#include <zlib.h>

#include <string>

#include "tests/testing/temp_folder.h"

namespace nmt::text {

/// `bytes` as one gzip member.
inline std::string gzip_member(const std::string& bytes) {
  const testing::TempFolder folder;
  gzFile file = gzopen(folder.path("member").c_str(), "wb");
  gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose_w(file);
  return folder.read("member");
}

}  // namespace nmt::text

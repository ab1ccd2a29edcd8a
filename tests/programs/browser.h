// A headless browser that loads a page, for tests of what a page does.
//
// NMT_BROWSER names the program; without it the first Chromium of PATH is taken. Where there is
// none, tests skip; NMT_REQUIRE_BROWSER=1 turns that into a failure.

#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "tests/programs/process.h"

namespace nmt::programs {

/// The path of a browser, or none.
inline std::optional<std::string> find_browser() {
  if (const char* named = std::getenv("NMT_BROWSER")) return named;
  const char* path = std::getenv("PATH");
  for (const char* name : {"chromium", "chromium-browser", "google-chrome"}) {
    std::istringstream folders(path == nullptr ? "" : path);
    for (std::string folder; std::getline(folders, folder, ':');) {
      const std::filesystem::path file = std::filesystem::path(folder) / name;
      if (access(file.c_str(), X_OK) == 0) return file.string();
    }
  }
  return std::nullopt;
}

/// What a browser made of a page.
struct LoadedPage {
  std::string document;               ///< The elements as they are after the scripts ran.
  std::vector<std::string> messages;  ///< Errors and whatever else reached the console.
};

/// Loads the file `path`, lets its scripts run, and gives it `script` to run on it, too.
inline LoadedPage load_page(const std::string& browser, const std::string& html,
                            const std::string& script = "") {
  const nmt::testing::TempFolder folder;
  const std::string path = folder.write("page.html", html + "<script>" + script + "</script>");
  const Result result =
      run({browser, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
           "--window-size=1280,2000", "--user-data-dir=" + folder.path("profile"),
           "--virtual-time-budget=5000", "--dump-dom", "file://" + path},
          {.folder = folder.path(), .largest_file = std::nullopt});
  EXPECT_EQ(result.status, 0) << result.errors;
  LoadedPage page{result.output, {}};
  std::istringstream lines(result.errors);
  for (std::string line; std::getline(lines, line);) {
    if (line.find("CONSOLE") != std::string::npos) page.messages.push_back(line);
  }
  return page;
}

}  // namespace nmt::programs

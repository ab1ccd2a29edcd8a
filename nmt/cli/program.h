// run_program: the outermost frame of every program, one meaning for every exit status.
//
//     0 done     1 unusable input or any other failure     2 wrong command line or configuration

#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace nmt::cli {

inline constexpr int kExitDone = 0;
inline constexpr int kExitFailure = 1;
inline constexpr int kExitUsage = 2;

/// What --help and --version throw: a text for standard output, after which the program is done.
struct InformationRequest {
  std::string text;
};

/// The release, such as "0.1.0".
std::string_view version();

/// Runs `body(argc, argv)` and returns its exit status. An exception is printed on standard error
/// as `NAME: error: MESSAGE`: UsageError gives 2, with a pointer to --help, any other exception 1.
/// So is a failure to write standard output (disk full), which makes of a status 0 a 1.
int run_program(const std::string& name, int argc, char** argv,
                const std::function<int(int, char**)>& body);

}  // namespace nmt::cli

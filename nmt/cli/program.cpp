#include "nmt/cli/program.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <exception>
#include <iostream>

#include "data/text/error.h"
#include "nmt/cli/standard_output.h"

namespace nmt::cli {
namespace {

// A standard stream that the caller closed would give its number to the first file that is opened,
// and what is printed would end up there. This one refuses to be used, as a closed one does.
void occupy_closed_streams() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(descriptor, F_GETFD) >= 0) continue;
    ::open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

int status_of(const std::string& name, int argc, char** argv,
              const std::function<int(int, char**)>& body) {
  try {
    return body(argc, argv);
  } catch (const InformationRequest& request) {
    std::cout << request.text;
    return kExitDone;
  } catch (const UsageError& error) {
    std::cerr << name << ": error: " << error.what() << "\nTry '" << name << " --help'.\n";
    return kExitUsage;
  } catch (const std::bad_alloc&) {
    std::cerr << name << ": error: out of memory: the system gives this program no more; end other "
              << "programs, or raise its limit (ulimit -v, the container's)\n";
    return kExitFailure;
  } catch (const std::exception& error) {
    std::cerr << name << ": error: " << error.what() << '\n';
    return kExitFailure;
  }
}

}  // namespace

std::string_view version() {
  return NMT_VERSION;
}

int run_program(const std::string& name, int argc, char** argv,
                const std::function<int(int, char**)>& body) {
  occupy_closed_streams();
  StandardOutput output;
  const int status = status_of(name, argc, argv, body);
  const int error = output.flush();
  if (error == 0) return status;
  std::cerr << name << ": error: standard output: cannot write: " << std::strerror(error) << '\n';
  return status == kExitDone ? kExitFailure : status;
}

}  // namespace nmt::cli

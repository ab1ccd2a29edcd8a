#include "nmt/cli/program.h"

#include <exception>
#include <iostream>

#include "data/text/error.h"

namespace nmt::cli {

std::string_view version() {
  return NMT_VERSION;
}

int run_program(const std::string& name, int argc, char** argv,
                const std::function<int(int, char**)>& body) {
  try {
    return body(argc, argv);
  } catch (const InformationRequest& request) {
    std::cout << request.text << std::flush;
    return kExitDone;
  } catch (const UsageError& error) {
    std::cerr << name << ": error: " << error.what() << "\nTry '" << name << " --help'.\n";
    return kExitUsage;
  } catch (const std::bad_alloc&) {
    std::cerr << name << ": error: out of memory\n";
    return kExitFailure;
  } catch (const std::exception& error) {
    std::cerr << name << ": error: " << error.what() << '\n';
    return kExitFailure;
  }
}

}  // namespace nmt::cli

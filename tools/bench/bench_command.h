// What the command lines of the benches share.

#pragma once

#include <boost/program_options.hpp>
#include <exception>
#include <iostream>

namespace nmt::bench {

/// Parses the flags into what `all` is bound to. False after --help, whose page it prints.
inline bool parse_flags(int argc, char** argv,
                        const boost::program_options::options_description& all) {
  boost::program_options::variables_map values;
  boost::program_options::store(boost::program_options::parse_command_line(argc, argv, all),
                                values);
  boost::program_options::notify(values);
  if (values.count("help") != 0) std::cout << all;
  return values.count("help") == 0;
}

/// The exit status of `bench`; an exception becomes a line that begins with `name`, and status 2.
inline int run_bench(const char* name, int (*bench)(int, char**), int argc, char** argv) {
  try {
    return bench(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << name << ": error: " << error.what() << '\n';
    return 2;
  }
}

}  // namespace nmt::bench

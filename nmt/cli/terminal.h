// What is known of the terminal behind a file descriptor.

#pragma once

namespace nmt::cli {

/// Whether a person sees what `descriptor` is given: it is a terminal of any kind.
bool is_terminal(int descriptor);

/// Whether it is one on which a line can be erased and rewritten. The environment's TERM says of
/// which it cannot: "dumb", or nothing.
bool is_rewritable_terminal(int descriptor);

struct TerminalSize {
  int columns = 100;
  int rows = 24;
};

/// The size of the terminal at `descriptor`; the one above where there is none.
TerminalSize terminal_size(int descriptor);

}  // namespace nmt::cli

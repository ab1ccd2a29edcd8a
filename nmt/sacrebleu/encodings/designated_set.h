// Characters of 94 by 94 sets that an escape sequence designates: the same numbers as in an EUC
// encoding, without the eighth bit.

#pragma once

#include <string>
#include <string_view>

#include "nmt/sacrebleu/encodings/character_set.h"

namespace nmt::sacrebleu {

/// Appends the character that `bytes` are in `set` once they get their eighth bit, behind `shift`
/// if that is not 0. False, and nothing is appended, if they are none or have that bit already.
bool append_designated(CharacterSet& set, std::string_view bytes, std::string& text,
                       unsigned char shift = 0);

}  // namespace nmt::sacrebleu

#include "nmt/metrics/tokenizers/mteval_13a.h"

#include <array>

#include "data/text/unicode.h"
#include "nmt/metrics/tokenizers/western_marks.h"

namespace nmt::metrics {
namespace {

enum class ByteKind : uint8_t {
  kOther,
  kSpace,      // ASCII white space.
  kMark,       // Stands alone wherever it is.
  kPoint,      // . or ,
  kDash,       // -
  kLead,       // May start white space outside ASCII.
  kRewritten,  // & < LF: something may have to be replaced before words can be found.
};

constexpr std::array<ByteKind, 256> byte_kinds() {
  std::array<ByteKind, 256> kinds{};
  for (int c = 0; c < 0x80; ++c) {
    if (text::is_ascii_white_space(static_cast<unsigned char>(c))) kinds[c] = ByteKind::kSpace;
  }
  for (const char c : std::string_view("!\"#$%()*+/:;=>?@[\\]^_`{|}~")) {
    kinds[static_cast<unsigned char>(c)] = ByteKind::kMark;
  }
  for (const int c : {0xC2, 0xE1, 0xE2, 0xE3}) kinds[c] = ByteKind::kLead;
  kinds['.'] = kinds[','] = ByteKind::kPoint;
  kinds['-'] = ByteKind::kDash;
  kinds['&'] = kinds['<'] = kinds['\n'] = ByteKind::kRewritten;
  return kinds;
}

constexpr std::array<ByteKind, 256> kKinds = byte_kinds();

ByteKind kind_of(char c) {
  return kKinds[static_cast<unsigned char>(c)];
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Finds the words of a segment in which nothing has to be replaced, in one pass. The substitutions
// of western_marks.h never reach over white space or a mark: behind both, and before both, a space
// stands when they run. Within a word their effect is local but where two points are neighbours.
class WordFinder {
 public:
  WordFinder(std::string_view segment, std::vector<std::string_view>& words)
      : segment_(segment), words_(words) {}

  // False if something has to be replaced, or a word has neighbouring points.
  bool find() {
    words_.clear();
    for (position_ = 0; position_ < segment_.size();) {
      switch (kind_of(segment_[position_])) {
        case ByteKind::kOther:
          ++position_;
          break;
        case ByteKind::kSpace:
          separate(1);
          break;
        case ByteKind::kMark:
          stand_alone();
          break;
        case ByteKind::kPoint:
          if (!point()) return false;
          break;
        case ByteKind::kDash:
          if (is_digit(before())) {
            stand_alone();
          } else {
            ++position_;
          }
          break;
        case ByteKind::kLead:
          lead();
          break;
        case ByteKind::kRewritten:
          return false;
      }
    }
    end_word();
    return true;
  }

 private:
  char before() const { return position_ == 0 ? ' ' : segment_[position_ - 1]; }
  char behind() const { return position_ + 1 == segment_.size() ? ' ' : segment_[position_ + 1]; }

  void end_word() {
    if (position_ > start_) words_.push_back(segment_.substr(start_, position_ - start_));
  }

  void separate(size_t length) {
    end_word();
    position_ += length;
    start_ = position_;
  }

  void stand_alone() {
    end_word();
    words_.push_back(segment_.substr(position_, 1));
    start_ = ++position_;
  }

  bool point() {
    if (kind_of(behind()) == ByteKind::kPoint) return false;
    if (is_digit(before()) && is_digit(behind())) {
      ++position_;
    } else {
      stand_alone();
    }
    return true;
  }

  void lead() {
    const size_t length = text::white_space_length(segment_, position_);
    if (length == 0) {
      ++position_;
    } else {
      separate(length);
    }
  }

  std::string_view segment_;
  std::vector<std::string_view>& words_;
  size_t start_ = 0, position_ = 0;
};

}  // namespace

void Mteval13aTokenizer::tokenize(std::string_view segment, std::string& words) const {
  std::string line(" ");
  line += segment;
  if (line.find('<') != std::string::npos) replace_all(line, "<skipped>", "");
  if (line.find('\n') != std::string::npos) {
    replace_all(line, "-\n", "");
    replace_all(line, "\n", " ");
  }
  unescape_entities(line);
  line += ' ';
  std::string separated;
  separate_marks(line, separated);
  separate_points_and_dashes(separated, words);
}

void Mteval13aTokenizer::split(std::string_view segment, Words& words) const {
  if (!WordFinder(segment, words.views).find()) Tokenizer::split(segment, words);
}

}  // namespace nmt::metrics

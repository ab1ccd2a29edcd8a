// DocumentMarks: which documents a test set is made of, in what language each was written, and what
// it is about. Released files say so: SGML of WMT until 2020, XML since (wmt_xml.h).

#pragma once

#include <optional>
#include <string>
#include <vector>

namespace nmt::sacrebleu {

struct DocumentMark {
  std::string origin_language;  ///< "en"
  /// What the document is about: its domain in XML, its tag in the table for SGML (empty if it has
  /// none there). None: the test set says nothing about any document.
  std::optional<std::string> topic;
  size_t segments = 0;
};

struct DocumentMarks {
  size_t leading_segments = 0;  ///< Segments before the first document.
  std::vector<DocumentMark> documents;
};

/// The documents that the SGML file at `path` marks, one tag a line; topics are the tags of
/// `test_set` in the table. Throws InputError if the file cannot be read or is not UTF-8.
DocumentMarks read_sgml_marks(const std::string& path, const std::string& test_set);

}  // namespace nmt::sacrebleu

// WmtXml: what a released XML file of WMT 2021 or later says besides its texts: the names of its
// fields and the documents of its segments.
//
//     <dataset>
//       <doc id="a.1" origlang="en" domain="news">
//         <src lang="en"><p><seg id="1">...</seg></p></src>
//         <ref lang="de" translator="A"><p><seg id="1">...</seg></p></ref>
//         <hyp system="S" language="de"><p><seg id="1">...</seg></p></hyp>
//       </doc> ...

#pragma once

#include <string>
#include <vector>

#include "nmt/sacrebleu/test_sets/document_marks.h"

namespace nmt::sacrebleu {

struct WmtXml {
  /// src, the references in the order in which their translators first occur ("ref:A", or "ref"
  /// without a name), docid, origlang, the systems, and domain if the last document has one.
  std::vector<std::string> fields;
  /// Documents outside test suites, with the segments that have a translation.
  DocumentMarks marks;
};

/// Reads `path`. Throws InputError if it cannot be read, is not well-formed XML, has more or fewer
/// than one source and one target language, or lacks an attribute that is needed.
WmtXml read_wmt_xml(const std::string& path);

}  // namespace nmt::sacrebleu

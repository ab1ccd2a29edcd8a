#include "nmt/sweep/study_record.h"

#include <nlohmann/json.hpp>

#include "data/text/error.h"
#include "data/text/output_file.h"
#include "nmt/cli/program.h"

namespace nmt::sweep {
namespace {

using Json = nlohmann::ordered_json;

// `value`, or null where the run inherits it: `text`, the study's word for it, is empty.
template <class T>
Json or_null(const std::string& text, T value) {
  return text.empty() ? Json(nullptr) : Json(value);
}

}  // namespace

void write_study_record(const std::string& runs_folder, const std::string& study_file,
                        const std::vector<CellRun>& runs) {
  Json list = Json::array();
  for (const CellRun& run : runs) {
    const config::TrainingConfig& config = run.cell.config;
    list.push_back(
        {{"folder", run.cell.folder},
         {"architecture", run.cell.architecture},
         {"learning_rate", or_null(run.cell.learning_rate, config.optimization.learning_rate)},
         {"seed", or_null(run.cell.seed, config.seed)},
         {"state", run.state_name()},
         {"arguments", run.cell.arguments}});
  }
  const Json record = {{"program", concatenate("nmt-sweep ", cli::version())},
                       {"study", study_file},
                       {"runs", std::move(list)}};
  const std::string text = record.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
  text::write_file(runs_folder + "/" + kStudyRecordFile, text);
}

}  // namespace nmt::sweep

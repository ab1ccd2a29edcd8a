#include "nmt/sweep/study_record.h"

#include <nlohmann/json.hpp>

#include "data/text/error.h"
#include "data/text/output_file.h"
#include "nmt/cli/program.h"

namespace nmt::sweep {

void write_study_record(const std::string& runs_folder, const std::string& study_file,
                        const std::vector<CellRun>& runs) {
  using Json = nlohmann::ordered_json;
  Json list = Json::array();
  for (const CellRun& run : runs) {
    list.push_back({{"folder", run.cell.folder},
                    {"architecture", run.cell.architecture},
                    {"learning_rate", run.cell.config.optimization.learning_rate},
                    {"seed", run.cell.config.seed},
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

#include "nmt/train/shared_start.h"

#include "nmt/config/config_json.h"

namespace nmt::train {
namespace {

using distributed::broadcast_text;

constexpr const char* kSource = "what process 0 tells";

}  // namespace

void send_origin(distributed::Communicator& team, const RunOrigin& origin,
                 const TrainingData& data) {
  if (team.size() == 1) return;
  team.meet();
  nlohmann::ordered_json start = {{"config", config::to_json(origin.config)},
                                  {"model_dir", origin.config.model_dir},
                                  {"update", origin.at.update},
                                  {"branches", origin.at.branches}};
  if (origin.at.checkpoint) start["checkpoint"] = *origin.at.checkpoint;
  broadcast_text(team, start.dump());
  const checkpoint::VocabularyBytes vocabulary = serialized(data.vocabularies());
  broadcast_text(team, vocabulary.target);
  broadcast_text(team, vocabulary.source);
}

RunOrigin receive_origin(distributed::Communicator& team) {
  team.meet();  // To read text and train a vocabulary may take process 0 long.
  const auto start = nlohmann::ordered_json::parse(broadcast_text(team, ""));
  RunOrigin origin;
  origin.config = config::training_config_from_json(start.at("config"), kSource);
  origin.config.model_dir = start.at("model_dir").get<std::string>();
  origin.at.update = start.at("update").get<int64_t>();
  origin.at.branches = start.at("branches").get<bool>();
  if (start.contains("checkpoint")) {
    origin.at.checkpoint = start.at("checkpoint").get<std::string>();
  }
  checkpoint::VocabularyBytes vocabulary;
  vocabulary.target = broadcast_text(team, "");
  vocabulary.source = broadcast_text(team, "");
  origin.vocabulary = vocabulary;
  return origin;
}

}  // namespace nmt::train

// A run's log made for a test, line by line, with the keys of nmt/run_log/run_log.md.

#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace nmt::report {

using nlohmann::ordered_json;

/// What PlantedLog::update() writes into every layer of an attention kind.
struct PlantedAttention {
  std::string kind = "cross";
  std::vector<std::vector<double>> relative;  ///< Layers, heads.
  double max_logit = 2;
};

class PlantedLog {
 public:
  PlantedLog& config(const std::string& architecture, double learning_rate, int64_t seed,
                     const ordered_json& more = ordered_json::object()) {
    ordered_json keys = {{"arch", architecture}, {"learning-rate", learning_rate}, {"seed", seed}};
    keys.update(more);
    return line({{"type", "config"}, {"architecture", architecture}, {"config", keys}});
  }

  PlantedLog& update(int64_t update, const ordered_json& nll,
                     const std::vector<PlantedAttention>& attention = {},
                     const ordered_json& matrices = ordered_json::array()) {
    ordered_json list = ordered_json::array();
    for (const PlantedAttention& kind : attention) add_layers(kind, list);
    return line({{"type", "update"},
                 {"update", update},
                 {"nll", nll},
                 {"loss", nll},
                 {"learning_rate", 0.001},
                 {"gradient_norm", 1.5},
                 {"tokens", update * 100},
                 {"tokens_per_second", 50 + update % 3},
                 {"seconds", static_cast<double>(update) * 2},
                 {"attention", list},
                 {"matrices", matrices}});
  }

  PlantedLog& valid(int64_t update, double nll, const ordered_json& bleu) {
    return line({{"type", "valid"}, {"update", update}, {"nll", nll}, {"bleu", bleu}});
  }

  PlantedLog& collapse(const std::string& kind, int64_t layer, int64_t first_update,
                       const ordered_json& loss = nullptr) {
    return event(
        "collapse", first_update + 20,
        {{"kind", kind}, {"layer", layer}, {"first_update", first_update}, {"loss", loss}});
  }

  PlantedLog& divergence(const std::string& cause, int64_t first_update) {
    return event("divergence", first_update + 100,
                 {{"cause", cause}, {"first_update", first_update}});
  }

  PlantedLog& event(const std::string& kind, int64_t update, const ordered_json& fields,
                    const std::string& message = "it happened") {
    return line({{"type", "event"},
                 {"update", update},
                 {"kind", kind},
                 {"message", message},
                 {"fields", fields}});
  }

  PlantedLog& end(const std::string& status = "ok", const ordered_json& more = {}) {
    ordered_json record = {{"type", "end"}, {"reason", "max-updates"}, {"status", status}};
    if (more.is_object()) record.update(more);
    return line(record);
  }

  PlantedLog& line(const ordered_json& record) {
    text_ += record.dump() + "\n";
    return *this;
  }

  const std::string& text() const { return text_; }

 private:
  static void add_layers(const PlantedAttention& kind, ordered_json& list) {
    for (size_t layer = 0; layer < kind.relative.size(); ++layer) {
      const std::vector<double>& heads = kind.relative[layer];
      list.push_back({{"kind", kind.kind},
                      {"layer", layer + 1},
                      {"entropy", heads},
                      {"relative_entropy", heads},
                      {"min_entropy", heads},
                      {"max_logit", std::vector<double>(heads.size(), kind.max_logit)}});
    }
  }

  std::string text_;
};

}  // namespace nmt::report

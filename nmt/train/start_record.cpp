#include "nmt/train/start_record.h"

#include <algorithm>

#include "data/text/error.h"
#include "nmt/config/arch_name.h"
#include "nmt/config/config_json.h"
#include "nmt/model/init.h"
#include "nmt/model/parameters.h"

namespace nmt::train {
namespace {

nlohmann::ordered_json counts(const data::ParallelCorpus& corpus) {
  const data::CorpusReport& report = corpus.report();
  return {{"read", report.read},
          {"kept", report.kept()},
          {"invalid_utf8", report.invalid_utf8},
          {"empty", report.empty},
          {"too_long", report.too_long},
          {"length_ratio", report.length_ratio},
          {"unwritable", report.unwritable},
          {"source_tokens", corpus.source_tokens()},
          {"target_tokens", corpus.target_tokens()}};
}

// Standard deviations as drawn, one example of each group of matrices.
nlohmann::ordered_json init_scales(model::Transformer& model) {
  nlohmann::ordered_json scales;
  const std::vector<std::string> shown = {"encoder.embed.weight",
                                          "encoder.layers.0.self_attn.q_proj.weight",
                                          "encoder.layers.0.self_attn.v_proj.weight",
                                          "encoder.layers.0.ffn.fc1.weight",
                                          "decoder.layers.0.self_attn.q_proj.weight",
                                          "decoder.layers.0.self_attn.v_proj.weight",
                                          "decoder.layers.0.ffn.fc1.weight"};
  for (const auto& [name, value] : model::named_parameters(model)) {
    if (std::find(shown.begin(), shown.end(), name) == shown.end()) continue;
    scales[name] = value.detach().std().item<double>();
  }
  return scales;
}

// The means of learned residual factors, first and last of each side and sublayer.
void add_learned_scales(model::Transformer& model, nlohmann::ordered_json& scales) {
  const config::Architecture& arch = model->config().architecture;
  const std::string_view kind = layers::residual_scheme(arch.residual).learned_name;
  if (kind.empty()) return;
  const auto shown = [&](const std::string& name) {
    return name.starts_with("encoder.layers.0.") || name.starts_with("decoder.layers.0.") ||
           name.starts_with(concatenate("encoder.layers.", arch.encoder_layers - 1, ".")) ||
           name.starts_with(concatenate("decoder.layers.", arch.decoder_layers - 1, "."));
  };
  for (const auto& [name, value] : model::named_parameters(model)) {
    if (name.ends_with(kind) && shown(name)) scales[name] = value.detach().mean().item<double>();
  }
}

std::string gamma_text(const config::ModelConfig& model) {
  if (model.architecture.linear != layers::LinearKind::kSigma) return "";
  const std::optional<double> start = layers::gamma_start(model);
  return start ? concatenate(*start) : "sigma";
}

}  // namespace

run_log::ConfigRecord start_record(const config::TrainingConfig& config, model::Transformer model,
                                   const TrainingData& data, double unigram_nll) {
  run_log::ConfigRecord record;
  const auto scale_of = [&](layers::Stack stack) {
    return layers::initial_scale(config.model.architecture, stack, /*layer=*/1);
  };
  const layers::ResidualScale encoder = scale_of(layers::Stack::kEncoder),
                              decoder = scale_of(layers::Stack::kDecoder);
  record.config = config::to_json(config);
  record.architecture = config::to_string(config.model.architecture);
  record.encoder_alpha = encoder.alpha;
  record.encoder_beta = encoder.beta;
  record.decoder_alpha = decoder.alpha;
  record.decoder_beta = decoder.beta;
  record.gamma_init = gamma_text(config.model);
  record.init_scales = init_scales(model);
  add_learned_scales(model, record.init_scales);
  record.parameters = model::parameter_count(model);
  record.memory_bytes = memory_need(config, data, record.parameters).total();
  record.unigram_nll = unigram_nll;
  record.data = {{"train", counts(data.train)}};
  if (data.valid) record.data["valid"] = counts(*data.valid);
  return record;
}

}  // namespace nmt::train

// The name of every type and key of run.jsonl.gz, once, in the order in which they are written;
// run_log.md says what they mean.
//
// each_key(record, visit) calls visit(key, member) for each key of a record. Writing, reading and
// whoever else goes through a record's numbers are such visitors (keyed_json.h).

#pragma once

#include <concepts>
#include <string_view>
#include <type_traits>

#include "nmt/run_log/event_fields.h"
#include "nmt/run_log/layer_entropy.h"
#include "nmt/run_log/run_record.h"

namespace nmt::run_log {

/// The first key of every line; what it holds is the record's kType.
inline constexpr const char* kTypeKey = "type";

/// Of a validation: whether it is the best; of the end: the best validation, which lacks this key.
inline constexpr const char* kBestKey = "best";

/// In the fields of an event: when it began.
inline constexpr const char* kFirstUpdateKey = "first_update";

/// Keys that hold time or memory and so differ between two otherwise equal runs.
inline constexpr std::string_view kMachineKeys[] = {"seconds", "tokens_per_second", "peak_mib"};

/// Record or const Record.
template <class T, class Record>
concept Of = std::same_as<std::remove_const_t<T>, Record>;

/// A list that is null where it is empty, because nothing was measured.
template <class List>
struct Measured {
  List& list;
};

/// Quantiles that are centres of bins, as the numbers of these bins.
template <class Quantiles>
struct Binned {
  Quantiles& quantiles;
};

/// A member under the key of older versions, which is read only.
template <class Member>
struct Former {
  Member& former;
};

/// A list of records as a table, a list for each key: equal values stand together, which packs
/// well. Older logs have a list of objects.
template <class Rows>
struct Table {
  Rows& rows;
};

/// A member that states of older versions lack.
template <class Member>
struct Younger {
  Member& younger;
};

void each_key(Of<AttentionRecord> auto& record, auto&& visit) {
  visit("kind", record.kind);
  visit("layer", record.layer);
  visit("entropy", record.entropy);
  visit("relative_entropy", record.relative_entropy);
  visit("min_entropy", record.min_entropy);
  visit("max_logit", record.max_logit);
  visit("relative_quantiles", Former{record.relative_quantiles});
  visit("quantile_bins", Binned{record.relative_quantiles});
  visit("relative_entropy_by_update", record.relative_entropy_by_update);
  visit("temperature", record.temperature);
  visit("bound", Measured{record.bound});
  visit("bound_entropy", Measured{record.bound_entropy});
}

void each_key(Of<MatrixRecord> auto& record, auto&& visit) {
  visit("name", record.name);
  visit("sigma", record.sigma);
  visit("gamma", record.gamma);
  visit("effective_sigma", record.effective_sigma);
  visit("weight_norm", record.weight_norm);
  visit("update_ratio", record.update_ratio);
  visit("gradient_norm", record.gradient_norm);
}

void each_key(Of<StreamRecord> auto& record, auto&& visit) {
  visit("stack", record.stack);
  visit("layer", record.layer);
  visit("activation_rms", record.activation_rms);
  visit("gradient_rms", record.gradient_rms);
}

void each_key(Of<ConfigRecord> auto& record, auto&& visit) {
  visit("architecture", record.architecture);
  visit("config", record.config);
  visit("encoder_alpha", record.encoder_alpha);
  visit("encoder_beta", record.encoder_beta);
  visit("decoder_alpha", record.decoder_alpha);
  visit("decoder_beta", record.decoder_beta);
  visit("gamma_init", record.gamma_init);
  visit("init_scales", record.init_scales);
  visit("parameters", record.parameters);
  visit("memory_bytes", record.memory_bytes);
  visit("unigram_nll", record.unigram_nll);
  visit("data", record.data);
}

void each_key(Of<UpdateRecord> auto& record, auto&& visit) {
  visit("update", record.update);
  visit("epoch", record.epoch);
  visit("loss", record.loss);
  visit("nll", record.nll);
  visit("learning_rate", record.learning_rate);
  visit("gradient_norm", record.gradient_norm);
  visit("tokens", record.tokens);
  visit("tokens_per_second", record.tokens_per_second);
  visit("seconds", record.seconds);
  visit("losses", record.losses);
  visit("attention", Table{record.attention});
  visit("matrices", Table{record.matrices});
  visit("stream", Table{record.stream});
}

void each_key(Of<ValidRecord> auto& record, auto&& visit) {
  visit("update", record.update);
  visit("loss", record.loss);
  visit("nll", record.nll);
  visit("perplexity", record.perplexity);
  visit("bleu", record.bleu);
  visit(kBestKey, record.best);
}

void each_key(Of<CheckpointRecord> auto& record, auto&& visit) {
  visit("update", record.update);
  visit("path", record.path);
}

void each_key(Of<SharpnessRecord> auto& record, auto&& visit) {
  visit("update", record.update);
  visit("sharpness", record.sharpness);
  visit("preconditioned", record.preconditioned);
  visit("preconditioner", record.preconditioner);
  visit("iterations", record.iterations);
  visit("residual", record.residual);
}

void each_key(Of<EventRecord> auto& record, auto&& visit) {
  visit("update", record.update);
  visit("kind", record.kind);
  visit("message", record.message);
  visit("fields", record.fields);
}

void each_key(Of<EndRecord> auto& record, auto&& visit) {
  visit("update", record.update);
  visit("reason", record.reason);
  visit("status", record.status);
  visit("collapsed", record.collapsed);
  visit("diverged", record.diverged);
  visit("plateau", record.plateau);
  visit("learnt", record.learnt);
  visit("spikes", record.spikes);
  visit("peak_mib", record.peak_mib);
  visit("seconds", record.seconds);
  visit(kBestKey, record.best);
}

void each_key(Of<HeadEntropy> auto& head, auto&& visit) {
  visit("kind", head.kind);
  visit("layer", head.layer);
  visit("head", head.head);
  visit("relative_entropy", head.relative_entropy);
}

void each_key(Of<CollapseFields> auto& fields, auto&& visit) {
  visit("kind", fields.kind);
  visit("layer", fields.layer);
  visit("head", fields.head);
  visit(kFirstUpdateKey, fields.first_update);
  visit("relative_entropy", fields.relative_entropy);
  visit("reference", fields.reference);
  visit("loss", fields.loss);
  visit("nll_before", fields.nll_before);
  visit("nll", fields.nll);
}

void each_key(Of<DivergenceFields> auto& fields, auto&& visit) {
  visit("cause", fields.cause);
  visit(kFirstUpdateKey, fields.first_update);
  visit("loss", fields.loss);
  visit("best_median", fields.best_median);
  visit("lowest_head", fields.lowest_head);
}

}  // namespace nmt::run_log

#include "nmt/train/log_observer.h"

namespace nmt::train {

void LogObserver::on_start(const run_log::ConfigRecord& record) {
  if (log_.empty()) log_.write(record);
}

void LogObserver::on_update(const run_log::UpdateRecord& record) {
  log_.write(record);
}

void LogObserver::on_valid(const run_log::ValidRecord& record) {
  log_.write(record);
}

void LogObserver::on_checkpoint(const run_log::CheckpointRecord& record) {
  log_.write(record);
  log_.sync();
}

void LogObserver::on_sharpness(const run_log::SharpnessRecord& record) {
  log_.write(record);
}

void LogObserver::on_event(const run_log::EventRecord& record) {
  log_.write(record);
}

void LogObserver::on_end(const run_log::EndRecord& record) {
  log_.write(record);
}

}  // namespace nmt::train

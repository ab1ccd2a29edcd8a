#include "nmt/train/log_observer.h"

namespace nmt::train {

void LogObserver::on_start(const stability::ConfigRecord& record) {
  if (log_.empty()) log_.write(record);
}

void LogObserver::on_update(const stability::UpdateRecord& record) {
  log_.write(record);
}

void LogObserver::on_valid(const stability::ValidRecord& record) {
  log_.write(record);
}

void LogObserver::on_checkpoint(const stability::CheckpointRecord& record) {
  log_.write(record);
  log_.sync();
}

void LogObserver::on_sharpness(const stability::SharpnessRecord& record) {
  log_.write(record);
}

void LogObserver::on_event(const stability::EventRecord& record) {
  log_.write(record);
}

void LogObserver::on_end(const stability::EndRecord& record) {
  log_.write(record);
}

}  // namespace nmt::train

// run.jsonl.gz: what is written is read back, kills and full disks do no harm, resuming cuts right.

#include "nmt/run_log/run_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "data/text/error.h"
#include "data/text/gzip_blocks.h"
#include "nmt/run_log/run_record_json.h"
#include "tests/nmt/run_log/sample_records.h"
#include "tests/testing/temp_folder.h"

namespace nmt::run_log::run_log_test {
namespace {

using nlohmann::ordered_json;
using ::testing::HasSubstr;

// Lines, as older versions wrote them plainly.
std::string lines_of(const std::vector<RunRecord>& records) {
  std::string text;
  for (const RunRecord& record : records) text += to_json(record).dump() + "\n";
  return text;
}

std::string log_of(const std::vector<RunRecord>& records) {
  std::string blocks;
  for (const RunRecord& record : records) blocks += text::gzip_block(lines_of({record}));
  return blocks;
}

void write_all(const std::string& path, const std::vector<RunRecord>& records) {
  RunLog log(path);
  for (const RunRecord& record : records) log.write(record);
}

template <class Call>
std::string input_error(const Call& call) {
  try {
    call();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no InputError";
}

TEST(RunLog, EveryRecordIsReadBackEqual) {
  nmt::testing::TempFolder folder;
  EndRecord bare_end = sample_end(9);
  bare_end.best = std::nullopt;
  ValidRecord bare_valid = sample_valid(5);
  bare_valid.bleu = std::nullopt;
  SharpnessRecord bare_sharpness = sample_sharpness(5);
  bare_sharpness.preconditioned = std::nullopt;
  bare_sharpness.preconditioner = "none: sgd keeps no second moments";
  const std::vector<RunRecord> records = {
      sample_config(), sample_update(1),    sample_valid(2), sample_checkpoint(3), sample_event(4),
      bare_valid,      sample_sharpness(5), bare_sharpness,  sample_end(8),        bare_end};
  write_all(folder.path("run.jsonl.gz"), records);
  EXPECT_EQ(read_run(folder.path("run.jsonl.gz")), records);
}

TEST(RunLog, LinesAreFlushedOneByOne) {
  nmt::testing::TempFolder folder;
  RunLog log(folder.path("run.jsonl.gz"));
  EXPECT_TRUE(log.empty());
  log.write(sample_config());
  EXPECT_FALSE(log.empty());
  EXPECT_EQ(read_run(folder.path("run.jsonl.gz")).size(), 1u);
  log.write(sample_update(1));
  log.sync();
  EXPECT_EQ(read_run(folder.path("run.jsonl.gz")).size(), 2u);
}

TEST(RunLog, AppendsToWhatIsThere) {
  nmt::testing::TempFolder folder;
  write_all(folder.path("run.jsonl.gz"), {sample_config()});
  write_all(folder.path("run.jsonl.gz"), {sample_update(1)});
  EXPECT_EQ(folder.read("run.jsonl.gz"), log_of({sample_config(), sample_update(1)}));
}

TEST(RunLog, NonFiniteNumbersAreStrings) {
  UpdateRecord record = sample_update(1);
  record.loss = std::numeric_limits<double>::quiet_NaN();
  record.nll = std::numeric_limits<double>::infinity();
  record.attention[0].max_logit = {-std::numeric_limits<double>::infinity(), 0.0};
  const ordered_json json = ordered_json::parse(to_json(record).dump());
  EXPECT_EQ(json["loss"], "nan");
  EXPECT_EQ(json["nll"], "inf");
  EXPECT_EQ(json["attention"]["max_logit"][0][0], "-inf");
  const UpdateRecord back = std::get<UpdateRecord>(*record_from_json(json));
  EXPECT_TRUE(std::isnan(back.loss));
  EXPECT_EQ(back.nll, record.nll);
  EXPECT_EQ(back.attention, record.attention);
}

TEST(RunLog, TextThatIsNotUtf8DoesNotStopTheRun) {
  nmt::testing::TempFolder folder;
  EventRecord event = sample_event(1);
  event.message = "caf\xe9";
  write_all(folder.path("run.jsonl.gz"), {event});
  const auto records = read_run(folder.path("run.jsonl.gz"));
  EXPECT_EQ(std::get<EventRecord>(records.at(0)).message, "caf\xef\xbf\xbd");
}

TEST(RunLog, AFullDiskIsAnInputError) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full on this system";
  RunLog log("/dev/full");
  const std::string message = input_error([&] { log.write(sample_update(1)); });
  EXPECT_THAT(message, HasSubstr("cannot write to /dev/full: No space left on device"));
}

TEST(RunLog, AFolderThatIsNotThereIsAnInputError) {
  nmt::testing::TempFolder folder;
  const std::string path = folder.path("missing/run.jsonl.gz");
  EXPECT_THAT(input_error([&] { RunLog log(path); }), HasSubstr("cannot write " + path));
  EXPECT_THAT(input_error([&] { read_run(path); }), HasSubstr(path + ": cannot open"));
}

// All that a log may end in; `kept` is a log of two records.
void expect_torn_ends_are_skipped(const std::string& name, const std::string& kept,
                                  const std::string& torn, size_t step, const std::string& zeros) {
  nmt::testing::TempFolder folder;
  for (size_t bytes = 0; bytes < torn.size(); bytes += step) {
    const std::string path = folder.write(name, kept + torn.substr(0, bytes));
    ASSERT_EQ(read_run(path).size(), 2u) << bytes << " bytes of the last line";
  }
  EXPECT_EQ(read_run(folder.write(name, kept + zeros)).size(), 2u);
  EXPECT_TRUE(read_run(folder.write(name, "")).empty());
}

TEST(ReadRun, SkipsATornLastBlockWhereverItIsTorn) {
  const std::string torn = log_of({sample_update(2)});
  expect_torn_ends_are_skipped("run.jsonl.gz", log_of({sample_config(), sample_update(1)}), torn,
                               /*step=*/5, std::string(torn.size(), '\0'));
}

TEST(ReadRun, SkipsATornLastLineOfAPlainLog) {
  expect_torn_ends_are_skipped("run.jsonl", lines_of({sample_config(), sample_update(1)}),
                               lines_of({sample_update(2)}), /*step=*/29,
                               std::string(20, '\0') + "\n");
}

TEST(ReadRun, ABlockThatIsDamagedInsideTheLogIsRefused) {
  nmt::testing::TempFolder folder;
  const std::string config = log_of({sample_config()});
  std::string log = config + log_of({sample_update(1), sample_update(2)});
  log[config.size() + 60] ^= 1;
  const std::string path = folder.write("run.jsonl.gz", log);
  EXPECT_THAT(input_error([&] { read_run(path); }),
              HasSubstr("the block at byte " + std::to_string(config.size()) + " is damaged"));
}

TEST(ReadRun, QuantilesOfOlderLogsAreTheirValues) {
  const auto record = std::get<UpdateRecord>(*record_from_json(ordered_json::parse(
      R"({"type":"update","attention":[{"kind":"cross","relative_quantiles":[[0,0.25,0.5,1,1]]}]})")));
  const std::vector<EntropyQuantiles> expected = {{0, 0.25, 0.5, 1, 1}};
  EXPECT_EQ(record.attention[0].relative_quantiles, expected);
}

TEST(ReadRun, QuantilesAreWrittenAsNumbersOfBins) {
  const ordered_json json = to_json(sample_update(1));
  EXPECT_EQ(json["attention"]["quantile_bins"].dump(), "[[[0,3,64,65,65],[0,1,9,126,127]],[]]");
  EXPECT_FALSE(json["attention"].contains("relative_quantiles"));
}

TEST(ReadRun, TablesOfOlderLogsAreListsOfObjects) {
  const UpdateRecord record = sample_update(1);
  ordered_json json = to_json(record);
  for (const char* table : {"attention", "matrices", "stream"}) {
    ordered_json rows = ordered_json::array();
    for (const auto& [key, column] : json[table].items()) {
      for (size_t i = 0; i < column.size(); ++i) rows[i][key] = column[i];
    }
    json[table] = rows;
  }
  EXPECT_EQ(std::get<UpdateRecord>(*record_from_json(json)), record);
}

TEST(ReadRun, SkipsUnknownTypesAndKeys) {
  nmt::testing::TempFolder folder;
  ordered_json event = to_json(sample_event(3));
  event["colour"] = "blue";
  const std::string path =
      folder.write("run.jsonl", "{\"type\":\"weather\",\"update\":3}\n" + event.dump() + "\n");
  const std::vector<RunRecord> expected = {sample_event(3)};
  EXPECT_EQ(read_run(path), expected);
}

// One record of `text`, which is a line's JSON.
template <class Record>
Record record_in(const std::string& text) {
  return std::get<Record>(record_from_json(ordered_json::parse(text)).value());
}

TEST(ReadRun, AKeyThatIsAbsentOrNullIsAsTheRecordIsMade) {
  const auto update = record_in<UpdateRecord>(
      R"({"type":"update","update":3,"nll":null,"attention":[{"kind":"cross","bound":null}]})");
  EXPECT_EQ(update.update, 3);
  EXPECT_EQ(update.epoch, 0);
  EXPECT_TRUE(std::isnan(update.nll));
  EXPECT_TRUE(std::isnan(update.seconds));
  EXPECT_TRUE(update.losses.empty());
  EXPECT_TRUE(update.matrices.empty());
  EXPECT_TRUE(update.stream.empty());
  ASSERT_EQ(update.attention.size(), 1u);
  EXPECT_EQ(update.attention[0], AttentionRecord{.kind = layers::AttentionKind::kCross});
  const auto end = record_in<EndRecord>(R"({"type":"end","best":{"nll":2.5}})");
  EXPECT_EQ(end.status, "");
  EXPECT_FALSE(end.learnt.has_value());
  EXPECT_EQ(end.best->nll, 2.5);
  EXPECT_TRUE(end.best->best);
  EXPECT_EQ(record_in<EventRecord>(R"({"type":"event"})").fields, ordered_json::object());
  const auto losses = record_in<UpdateRecord>(R"({"type":"update","losses":[0.5,null]})").losses;
  ASSERT_EQ(losses.size(), 2u);
  EXPECT_EQ(losses[0], 0.5);
  EXPECT_TRUE(std::isnan(losses[1]));
}

TEST(ReadRun, AKeyOfAWrongTypeIsNamedWithWhatItMustBe) {
  const auto error = [](const std::string& rest) {
    return input_error(
        [&] { record_from_json(ordered_json::parse(R"({"type":"update",)" + rest)); });
  };
  EXPECT_EQ(error(R"("update":1.5})"), R"("update" must be a whole number, found 1.5)");
  EXPECT_EQ(error(R"("nll":"low"})"),
            R"("nll" must be a number, "nan", "inf" or "-inf", found "low")");
  EXPECT_EQ(error(R"("losses":[1,true]})"),
            R"("losses" must be a list, each item of which is a number, "nan", "inf" or "-inf", )"
            "found [1,true]");
  EXPECT_EQ(error(R"("attention":[3]})"),
            R"("attention" must be a list, each item of which is an object, found [3])");
  EXPECT_EQ(error(R"("attention":[{"kind":"self"}]})"),
            R"("kind" must be encoder_self, decoder_self or cross, found "self")");
  EXPECT_EQ(error(R"("attention":[{"relative_quantiles":[[1,2]]}]})"),
            R"("relative_quantiles" must be a list, each item of which is a list of 5 quantiles, )"
            "found [[1,2]]");
  EXPECT_EQ(error(R"("matrices":[{"name":7}]})"), R"("name" must be text, found 7)");
  EXPECT_EQ(error(R"("matrices":{"name":["a",7]}})"), R"("name" must be text, found 7)");
  EXPECT_EQ(error(R"("stream":{"layer":[1,2],"stack":["encoder"]}})"),
            R"("stream" must be an object of lists of one length, )"
            R"(found {"layer":[1,2],"stack":["encoder"]})");
  EXPECT_EQ(error(R"("attention":{"quantile_bins":[[[1,2,3,4,128]]]}})"),
            R"("quantile_bins" must be bins from 0 to 127, found [[1,2,3,4,128]])");
  EXPECT_EQ(
      input_error([] { record_from_json(ordered_json::parse(R"({"type":"end","learnt":1})")); }),
      R"("learnt" must be true or false, found 1)");
}

TEST(ReadRun, NamesTheLineOfADefect) {
  nmt::testing::TempFolder folder;
  const std::string good = lines_of({sample_update(1)});
  const std::string broken = folder.write("run.jsonl", good + "{\"type\":\n" + good);
  EXPECT_THAT(input_error([&] { read_run(broken); }),
              HasSubstr("run.jsonl:2: not a record of a run log: no JSON object with a type"));
  const std::string wrong =
      folder.write("run.jsonl", "{\"type\":\"checkpoint\",\"update\":\"three\",\"path\":\"x\"}\n");
  EXPECT_THAT(
      input_error([&] { read_run(wrong); }),
      HasSubstr("run.jsonl:1: not a record of a run log: \"update\" must be a whole number, "
                "found \"three\""));
}

// A run with a checkpoint at updates 5 and 10 that is interrupted after update 12.
std::vector<RunRecord> interrupted_run() {
  return {sample_config(),       sample_update(1),     sample_event(4),   sample_update(5),
          sample_valid(5),       sample_checkpoint(5), sample_update(10), sample_valid(10),
          sample_checkpoint(10), sample_update(12),    sample_event(12),  sample_end(12)};
}

std::vector<RunRecord> first_of(const std::vector<RunRecord>& records, size_t count) {
  return {records.begin(), records.begin() + static_cast<int64_t>(count)};
}

TEST(ReadLatest, StartsWithTheLastUpdateRecordAndWhatIsNotEarlier) {
  nmt::testing::TempFolder folder;
  const std::vector<RunRecord> records = interrupted_run();
  for (const auto& [count, first] : std::vector<std::pair<size_t, size_t>>{
           {0, 0}, {1, 0}, {2, 1}, {3, 1}, {4, 3}, {6, 3}, {7, 6}, {9, 6}, {10, 9}, {12, 9}}) {
    const std::vector<RunRecord> all = first_of(records, count);
    const std::string path = folder.write("run.jsonl.gz", log_of(all));
    const std::vector<RunRecord> expected(all.begin() + static_cast<int64_t>(first), all.end());
    EXPECT_EQ(read_latest(path), expected) << count << " records";
  }
}

TEST(ReadLatest, KeepsAnEventThatCameBeforeItsUpdateRecord) {
  nmt::testing::TempFolder folder;
  const std::vector<RunRecord> records = {sample_update(5), sample_event(10), sample_update(10)};
  const std::string path = folder.write("run.jsonl.gz", log_of(records));
  EXPECT_EQ(read_latest(path), std::vector<RunRecord>(records.begin() + 1, records.end()));
}

TEST(TruncateAfter, KeepsAllLinesUpToTheCheckpoint) {
  nmt::testing::TempFolder folder;
  const std::vector<RunRecord> records = interrupted_run();
  for (const auto& [update, kept] : std::vector<std::pair<int64_t, size_t>>{
           {0, 1}, {4, 3}, {5, 6}, {10, 9}, {12, 11}, {99, 11}}) {
    const std::string path = folder.write("run.jsonl.gz", log_of(records));
    truncate_after(path, update);
    EXPECT_EQ(folder.read("run.jsonl.gz"), log_of(first_of(records, kept))) << "update " << update;
  }
}

TEST(TruncateAfter, DropsWhatAnInterruptionAddedAfterTheCheckpointOfTheSameUpdate) {
  nmt::testing::TempFolder folder;
  const std::vector<RunRecord> records = {sample_config(),       sample_update(10),
                                          sample_checkpoint(12), sample_update(12),
                                          sample_event(12),      sample_end(12)};
  const std::string path = folder.write("run.jsonl.gz", log_of(records));
  truncate_after(path, 12);
  EXPECT_EQ(read_run(path), first_of(records, 3));
}

TEST(TruncateAfter, AKillAnywhereAndAResumeGiveTheUninterruptedLog) {
  nmt::testing::TempFolder folder;
  std::vector<RunRecord> records = {sample_config()};
  std::vector<size_t> behind_checkpoint;  // Of update 5, 10, ...: how many records were written.
  for (int64_t update = 1; update <= 12; ++update) {
    if (update == 1 || update % 3 == 0) records.push_back(sample_update(update));
    if (update % 5 == 0) {
      records.push_back(sample_checkpoint(update));
      behind_checkpoint.push_back(records.size());
    }
  }
  records.push_back(sample_end(12));
  const std::string whole = log_of(records);
  for (size_t bytes = 0; bytes <= whole.size(); bytes += 11) {
    const std::string path = folder.write("run.jsonl.gz", whole.substr(0, bytes));
    int64_t update = 0;  // The latest checkpoint whose line is whole.
    size_t next = 1;
    for (size_t i = 0; i < behind_checkpoint.size(); ++i) {
      if (bytes < log_of(first_of(records, behind_checkpoint[i])).size()) break;
      update = static_cast<int64_t>(i + 1) * 5;
      next = behind_checkpoint[i];
    }
    truncate_after(path, update);
    RunLog log(path);
    if (log.empty()) next = 0;
    for (size_t i = next; i < records.size(); ++i) log.write(records[i]);
    EXPECT_EQ(folder.read("run.jsonl.gz"), whole) << "killed after " << bytes << " bytes";
  }
}

TEST(TruncateAfter, LeavesAMissingFileMissing) {
  nmt::testing::TempFolder folder;
  truncate_after(folder.path("run.jsonl.gz"), 5);
  EXPECT_FALSE(std::filesystem::exists(folder.path("run.jsonl.gz")));
}

TEST(TruncateAfter, RefusesAFileThatIsNoRunLog) {
  nmt::testing::TempFolder folder;
  const std::string path = folder.write("run.jsonl", "dear diary\nday two\n");
  EXPECT_THAT(input_error([&] { truncate_after(path, 5); }),
              HasSubstr("run.jsonl:1: not a record"));
  EXPECT_EQ(folder.read("run.jsonl"), "dear diary\nday two\n");
}

TEST(TruncateAfter, RefusesALogWhoseLinesAreNoBlocks) {
  nmt::testing::TempFolder folder;
  const std::string plain = lines_of(interrupted_run());
  for (const std::string& log : {plain, text::gzip_block(plain)}) {
    const std::string path = folder.write("run.jsonl.gz", log);
    EXPECT_THAT(input_error([&] { truncate_after(path, 5); }), HasSubstr("run.jsonl.gz"));
    EXPECT_EQ(folder.read("run.jsonl.gz"), log);
  }
}

TEST(LogIn, APlainLogCountsWhereThereIsNoOther) {
  nmt::testing::TempFolder folder;
  EXPECT_EQ(log_in(folder.path()).filename(), "run.jsonl.gz");
  folder.write("run.jsonl", "");
  EXPECT_EQ(log_in(folder.path()).filename(), "run.jsonl");
  folder.write("run.jsonl.gz", "");
  EXPECT_EQ(log_in(folder.path()).filename(), "run.jsonl.gz");
}

}  // namespace
}  // namespace nmt::run_log::run_log_test

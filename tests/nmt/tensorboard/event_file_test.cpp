#include "nmt/tensorboard/event_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "data/text/error.h"
#include "tests/nmt/tensorboard/event_reader.h"
#include "tests/testing/temp_folder.h"

namespace nmt::tensorboard::event_file_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

std::function<double()> always(double time) {
  return [time] { return time; };
}

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

std::string host() {
  char name[256];
  return gethostname(name, sizeof name) == 0 ? name : "";
}

Summary loss(double value) {
  Summary summary;
  summary.add_scalar("train/loss", value);
  return summary;
}

class EventFileTest : public ::testing::Test {
 protected:
  std::filesystem::path only_file() const { return path() / names_in(path()).at(0); }
  std::filesystem::path path() const { return folder_.path("tensorboard"); }

  nmt::testing::TempFolder folder_;
};

TEST_F(EventFileTest, IsNamedAfterTimeAndHost) {
  const EventFile file(path(), always(1'700'000'000.75));
  EXPECT_THAT(names_in(path()), ElementsAre("events.out.tfevents.1700000000." + host()));
}

TEST_F(EventFileTest, ANewFileSortsBehindAllOthersWhateverTheClockSays) {
  for (const double time : {1'700'000'000.0, 1'700'000'000.0, 1'600'000'000.0}) {
    const EventFile file(path(), always(time));
  }
  EXPECT_THAT(names_in(path()), ElementsAre("events.out.tfevents.1700000000." + host(),
                                            "events.out.tfevents.1700000001." + host(),
                                            "events.out.tfevents.1700000002." + host()));
}

TEST_F(EventFileTest, IsReadBackAsItWasWritten) {
  double now = 1000.5;
  EventFile file(path(), [&] { return now; });
  file.start_session(7);
  now = 1001.25;
  Summary summary = loss(1.0 / 3.0);
  summary.add_scalar("train/nll", std::nan(""));
  summary.add_text("events/collapse", "cross, layer 3");
  file.write(300, summary);

  const std::vector<Event> events = read_events(only_file());
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].version, "brain.Event:2");
  EXPECT_EQ(events[0].wall_time, 1000.5);
  EXPECT_TRUE(events[1].session_start);
  EXPECT_EQ(events[1].step, 7);
  EXPECT_EQ(events[2].wall_time, 1001.25);
  EXPECT_EQ(events[2].step, 300);
  EXPECT_EQ(events[2].scalars.size(), 2u);
  EXPECT_EQ(events[2].scalars.at("train/loss"), 1.0f / 3.0f);
  EXPECT_TRUE(std::isnan(events[2].scalars.at("train/nll")));
  EXPECT_THAT(events[2].texts, UnorderedElementsAre(Pair("events/collapse", "cross, layer 3")));
}

TEST_F(EventFileTest, AnEventIsInTheFileAsSoonAsItIsWritten) {
  EventFile file(path(), always(1000.0));
  EXPECT_EQ(read_events(only_file()).size(), 1u);
  for (int step = 1; step <= 3; ++step) {
    file.write(step, loss(step));
    EXPECT_EQ(read_events(only_file()).back().step, step);
  }
}

TEST_F(EventFileTest, NothingIsWrittenForAnEmptySummary) {
  EventFile file(path(), always(1000.0));
  file.write(1, Summary());
  EXPECT_EQ(read_events(only_file()).size(), 1u);
}

TEST_F(EventFileTest, ATornLastRecordCostsNoOther) {
  {
    EventFile file(path(), always(1000.0));
    file.write(1, loss(1.0));
    file.write(2, loss(2.0));
  }
  std::filesystem::resize_file(only_file(), std::filesystem::file_size(only_file()) - 3);
  EXPECT_EQ(read_events(only_file()).back().step, 1);
}

TEST_F(EventFileTest, AFolderThatCannotBeMadeIsAnInputError) {
  folder_.write("tensorboard", "a file");
  EXPECT_THAT(testing::message_of<InputError>([&] { EventFile file(path()); }),
              HasSubstr("cannot write in " + path().string()));
}

}  // namespace
}  // namespace nmt::tensorboard::event_file_test

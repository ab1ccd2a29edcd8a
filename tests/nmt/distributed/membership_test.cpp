// Who is who, from the variables of each launcher.

#include "nmt/distributed/membership.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "data/text/error.h"

namespace nmt::distributed::membership_test {
namespace {

using Variables = std::map<std::string, std::string>;

std::optional<Membership> found(const Variables& variables, const Wish& wish = {}) {
  return find_membership(wish, [&](const std::string& name) -> std::optional<std::string> {
    const auto place = variables.find(name);
    return place == variables.end() ? std::nullopt : std::optional(place->second);
  });
}

std::string refusal(const Variables& variables, const Wish& wish = {}) {
  try {
    found(variables, wish);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "accepted";
}

Variables torchrun() {
  return {{"RANK", "3"},
          {"WORLD_SIZE", "8"},
          {"LOCAL_RANK", "1"},
          {"LOCAL_WORLD_SIZE", "2"},
          {"MASTER_ADDR", "node1"},
          {"MASTER_PORT", "29500"}};
}

TEST(Membership, IsNoneWithoutALauncher) {
  EXPECT_FALSE(found({}));
  EXPECT_FALSE(found({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "4"}}));  // A batch script.
}

TEST(Membership, OfTorchrun) {
  const auto member = found(torchrun());
  ASSERT_TRUE(member);
  EXPECT_EQ(member->rank, 3);
  EXPECT_EQ(member->size, 8);
  EXPECT_EQ(member->local_rank, 1);
  EXPECT_EQ(member->local_size, 2);
  EXPECT_EQ(member->host, "node1");
  EXPECT_EQ(member->port, 29500);
  EXPECT_FALSE(member->place_is_kept);
  Variables agent = torchrun();
  agent["TORCHELASTIC_USE_AGENT_STORE"] = "True";
  EXPECT_TRUE(found(agent)->place_is_kept);
}

TEST(Membership, OfSlurmMeetsAtTheFirstNode) {
  Variables slurm = {{"SLURM_PROCID", "5"},  {"SLURM_STEP_NUM_TASKS", "6"},
                     {"SLURM_LOCALID", "1"}, {"SLURM_JOB_ID", "4711"},
                     {"SLURM_STEP_ID", "0"}, {"SLURM_JOB_NODELIST", "gpu[03-07,9]-x,other2"}};
  const auto member = found(slurm);
  ASSERT_TRUE(member);
  EXPECT_EQ(member->rank, 5);
  EXPECT_EQ(member->size, 6);
  EXPECT_EQ(member->local_rank, 1);
  EXPECT_EQ(member->host, "gpu03-x");
  EXPECT_GE(member->port, 20000);
  EXPECT_LT(member->port, 40000);
  slurm["SLURM_STEP_ID"] = "1";  // Another step of the job, perhaps on the same node.
  EXPECT_NE(found(slurm)->port, member->port);
  for (const auto& [list, first] : Variables{{"alone", "alone"}, {"a,b", "a"}, {"n[7]", "n7"}}) {
    slurm["SLURM_JOB_NODELIST"] = list;
    EXPECT_EQ(found(slurm)->host, first);
  }
  slurm["MASTER_ADDR"] = "elsewhere";
  slurm["MASTER_PORT"] = "1234";
  EXPECT_EQ(found(slurm)->host, "elsewhere");
  EXPECT_EQ(found(slurm)->port, 1234);
}

TEST(Membership, OfOpenMpiOnOneMachineNeedsNoPlace) {
  Variables mpi = {{"OMPI_COMM_WORLD_RANK", "1"},
                   {"OMPI_COMM_WORLD_SIZE", "2"},
                   {"OMPI_COMM_WORLD_LOCAL_RANK", "1"},
                   {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"},
                   {"PMIX_NAMESPACE", "2412380161"}};
  EXPECT_EQ(found(mpi)->host, "127.0.0.1");
  EXPECT_EQ(found(mpi)->rank, 1);
  mpi["OMPI_COMM_WORLD_LOCAL_SIZE"] = "1";
  EXPECT_THAT(refusal(mpi), ::testing::HasSubstr("--rendezvous HOST:PORT"));
  EXPECT_EQ(found(mpi, {.rendezvous = "head:5000"})->host, "head");
  EXPECT_EQ(found(mpi, {.rendezvous = "head:5000"})->port, 5000);
}

TEST(Membership, RefusesWhatContradictsItself) {
  using ::testing::HasSubstr;
  EXPECT_THAT(refusal({{"RANK", "0"}}), HasSubstr("has RANK and not WORLD_SIZE"));
  EXPECT_THAT(refusal({{"WORLD_SIZE", "2"}}), HasSubstr("has WORLD_SIZE and not RANK"));
  EXPECT_THAT(refusal({{"RANK", "2"}, {"WORLD_SIZE", "2"}}), HasSubstr("got 2 of 2"));
  EXPECT_THAT(refusal({{"RANK", "x"}, {"WORLD_SIZE", "2"}}), HasSubstr("whole number, got 'x'"));
  EXPECT_THAT(refusal({{"RANK", "0"}, {"WORLD_SIZE", "2"}}), HasSubstr("where they meet"));
  EXPECT_THAT(refusal(torchrun(), {.processes = 4}), HasSubstr("has started 8"));
  EXPECT_THAT(refusal(torchrun(), {.rendezvous = "node2:29500"}), HasSubstr("MASTER_ADDR"));
  EXPECT_EQ(refusal(torchrun(), {.processes = 8, .rendezvous = "node1:29500"}), "accepted");
  EXPECT_THAT(refusal(torchrun(), {.rendezvous = "nowhere"}), HasSubstr("HOST:PORT"));
  Variables both = torchrun();
  both["OMPI_COMM_WORLD_RANK"] = "2";
  both["OMPI_COMM_WORLD_SIZE"] = "8";
  EXPECT_THAT(refusal(both), HasSubstr("mpirun says 2 of 8"));
  Variables port = torchrun();
  port["MASTER_PORT"] = "70000";
  EXPECT_THAT(refusal(port), HasSubstr("at most 65535, got 70000"));
}

}  // namespace
}  // namespace nmt::distributed::membership_test

#include "nmt/distributed/membership.h"

#include <charconv>
#include <cstdlib>

#include "data/text/error.h"

namespace nmt::distributed {
namespace {

constexpr int64_t kLargestPort = 65535;
// Ports that a job's number chooses among, above those of services.
constexpr int64_t kFirstJobPort = 20000;
constexpr int64_t kJobPorts = 20000;

int64_t number_of(const std::string& name, const std::string& text) {
  int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end || number < 0) {
    throw UsageError("the environment's ", name, " must be a whole number, got '", text, "'");
  }
  return number;
}

std::optional<int64_t> find_number(const Environment& get, const std::string& name) {
  const std::optional<std::string> text = get(name);
  if (!text || text->empty()) return std::nullopt;
  return number_of(name, *text);
}

// The variables in which a launcher says who is who.
struct Launcher {
  const char* name;
  const char* rank;
  const char* size;
  const char* local_rank;
  const char* local_size;  // Null: there is none.
};

constexpr Launcher kTorchrun = {"torchrun", "RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE"};
constexpr Launcher kOpenMpi = {"mpirun", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE",
                               "OMPI_COMM_WORLD_LOCAL_RANK", "OMPI_COMM_WORLD_LOCAL_SIZE"};
// Not SLURM_NTASKS: the batch script has it too, and is one process.
constexpr Launcher kSlurm = {"srun", "SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_LOCALID",
                             nullptr};

// What `launcher` says, without a meeting place; none if it did not start this process.
std::optional<Membership> found_by(const Launcher& launcher, const Environment& get) {
  const auto rank = find_number(get, launcher.rank);
  const auto size = find_number(get, launcher.size);
  if (!rank && !size) return std::nullopt;
  if (!size && launcher.size == kSlurm.size) return std::nullopt;
  if (!rank || !size) {
    throw UsageError("the environment has ", rank ? launcher.rank : launcher.size, " and not ",
                     rank ? launcher.size : launcher.rank, ", which ", launcher.name,
                     " sets with it; unset the one, or set both");
  }
  if (*size == 0 || *rank >= *size) {
    throw UsageError("the environment's ", launcher.rank, " must be below its ", launcher.size,
                     ", got ", *rank, " of ", *size);
  }
  Membership found{.rank = *rank, .size = *size};
  found.local_rank = find_number(get, launcher.local_rank).value_or(found.rank);
  if (launcher.local_size != nullptr) {
    found.local_size = find_number(get, launcher.local_size).value_or(found.size);
  }
  return found;
}

void set_place(Membership& member, const std::string& text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size()) {
    throw UsageError("--rendezvous must be HOST:PORT, got '", text, "'");
  }
  member.host = text.substr(0, colon);
  member.port = number_of("port in --rendezvous", text.substr(colon + 1));
}

// "node[03-07,9]-a,other2": "node03-a".
std::string first_node(const std::string& list) {
  const size_t end = list.find_first_of(",[");
  if (end == std::string::npos || list[end] == ',') return list.substr(0, end);
  const size_t close = list.find(']', end);
  const size_t stop = list.find_first_of(",-]", end + 1);
  if (close == std::string::npos) return list.substr(0, end);
  const size_t next = list.find(',', close);
  return list.substr(0, end) + list.substr(end + 1, stop - end - 1) +
         list.substr(close + 1, next == std::string::npos ? next : next - close - 1);
}

int64_t port_of_job(const std::string& job) {
  uint64_t mixed = 0;
  for (const char c : job) mixed = mixed * 131 + static_cast<unsigned char>(c);
  return kFirstJobPort + static_cast<int64_t>(mixed % kJobPorts);
}

// The processes of one mpirun on one machine know each other by the job's name.
void set_mpi_place(Membership& member, const Environment& get) {
  if (member.local_size != member.size) return;
  for (const char* name : {"PMIX_NAMESPACE", "OMPI_MCA_ess_base_jobid"}) {
    if (const auto job = get(name)) {
      member.host = "127.0.0.1";
      member.port = port_of_job(*job);
      return;
    }
  }
}

void set_slurm_place(Membership& member, const Environment& get) {
  const auto nodes =
      get("SLURM_STEP_NODELIST") ? get("SLURM_STEP_NODELIST") : get("SLURM_JOB_NODELIST");
  const auto job = get("SLURM_JOB_ID");
  if (!nodes || !job) return;
  member.host = first_node(*nodes);
  member.port = port_of_job(*job + "." + get("SLURM_STEP_ID").value_or("0"));
}

// torchrun's variables name the place for whichever launcher.
void set_master(Membership& member, const Environment& get) {
  const auto host = get("MASTER_ADDR");
  const auto port = find_number(get, "MASTER_PORT");
  if (host) member.host = *host;
  if (port) member.port = *port;
  member.place_is_kept = get("TORCHELASTIC_USE_AGENT_STORE").value_or("") == "True";
}

void check_wish(const Membership& member, const Wish& wish, const Environment& get) {
  if (wish.processes > 0 && wish.processes != member.size) {
    throw UsageError("--processes ", wish.processes, ", but the launcher has started ", member.size,
                     "; leave --processes out, or start the program without a launcher");
  }
  if (wish.rendezvous.empty() || !get("MASTER_ADDR")) return;
  Membership wished = member;
  set_place(wished, wish.rendezvous);
  if (wished.host != member.host || wished.port != member.port) {
    throw UsageError("--rendezvous ", wish.rendezvous, ", but MASTER_ADDR and MASTER_PORT say ",
                     member.host, ":", member.port, "; leave one of them out");
  }
}

void check_place(const Membership& member) {
  if (member.host.empty() || member.port == 0) {
    throw UsageError("process ", member.rank, " of ", member.size,
                     " does not know where they meet; name a host that all of them reach with "
                     "--rendezvous HOST:PORT, or set MASTER_ADDR and MASTER_PORT");
  }
  if (member.port > kLargestPort) {
    throw UsageError("the port where processes meet must be at most ", kLargestPort, ", got ",
                     member.port);
  }
}

}  // namespace

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::optional<Membership> find_membership(const Wish& wish, const Environment& get) {
  const auto torchrun = found_by(kTorchrun, get);
  const auto mpi = found_by(kOpenMpi, get);
  const auto slurm = found_by(kSlurm, get);
  if (torchrun && mpi && (torchrun->rank != mpi->rank || torchrun->size != mpi->size)) {
    throw UsageError("RANK and WORLD_SIZE say process ", torchrun->rank, " of ", torchrun->size,
                     ", mpirun says ", mpi->rank, " of ", mpi->size, "; unset RANK and WORLD_SIZE");
  }
  std::optional<Membership> found = torchrun ? torchrun : mpi ? mpi : slurm;
  if (!found) return std::nullopt;
  if (!torchrun && mpi) set_mpi_place(*found, get);
  if (!torchrun && !mpi) set_slurm_place(*found, get);
  set_master(*found, get);
  check_wish(*found, wish, get);
  if (!wish.rendezvous.empty()) set_place(*found, wish.rendezvous);
  if (found->size > 1) check_place(*found);
  if (const auto descriptor = find_number(get, "NMT_RENDEZVOUS_DESCRIPTOR")) {
    found->descriptor = static_cast<int>(*descriptor);
  }
  return found;
}

}  // namespace nmt::distributed

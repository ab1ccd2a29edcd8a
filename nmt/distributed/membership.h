// Membership: which process of how many this one is, and where they meet. Whoever starts the
// processes says so in their environment:
//
//     torchrun, nmt-train --processes   RANK, WORLD_SIZE, LOCAL_RANK, LOCAL_WORLD_SIZE,
//     MASTER_ADDR,
//                                       MASTER_PORT
//     srun (Slurm)                      SLURM_PROCID, SLURM_NTASKS, SLURM_LOCALID; the meeting
//     place
//                                       is the first node of SLURM_JOB_NODELIST
//     mpirun (Open MPI)                 OMPI_COMM_WORLD_RANK, _SIZE, _LOCAL_RANK, _LOCAL_SIZE

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace nmt::distributed {

struct Membership {
  int64_t rank = 0;
  int64_t size = 1;
  int64_t local_rank = 0;  ///< Among those on this machine.
  int64_t local_size = 1;
  std::string host;  ///< Where the processes meet: a name or an address, and a port.
  int64_t port = 0;
  /// Whoever started the processes keeps the meeting place itself (torchrun's agent).
  bool place_is_kept = false;
  std::optional<int> descriptor;  ///< Of process 0: an open socket that listens there.
};

/// What the command line says.
struct Wish {
  int64_t processes = 0;   ///< 0: it does not say.
  std::string rendezvous;  ///< HOST:PORT; empty: it does not say.
};

/// The value of an environment variable, or none.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// That of this process.
std::optional<std::string> environment(const std::string& name);

/// The membership that the environment tells of, with the meeting place of `wish` if it names one;
/// none if no launcher has started this process as one of several. Throws UsageError if values
/// are missing, no numbers, out of range, or contradict each other or `wish`.
std::optional<Membership> find_membership(const Wish& wish, const Environment& get);

}  // namespace nmt::distributed

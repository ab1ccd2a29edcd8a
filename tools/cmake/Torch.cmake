# nmt::torch, LibTorch for the CPU and, with NMT_WITH_CUDA, for GPUs. The wheel's own TorchConfig.cmake
# insists on a CUDA toolkit even for a CPU build, so the target is defined here from the headers and
# libraries themselves. Also installs the shared libraries that an installed program needs.

find_path(NMT_TORCH_INCLUDE torch/library.h
  HINTS ${CMAKE_PREFIX_PATH} ENV CMAKE_PREFIX_PATH ${PROJECT_SOURCE_DIR}/.deps/libtorch-2.11.0/torch
  PATH_SUFFIXES include NO_DEFAULT_PATH)
if(NOT NMT_TORCH_INCLUDE)
  message(FATAL_ERROR "LibTorch not found. Run tools/setup, which puts it into .deps/, or name your own "
                      "with -DCMAKE_PREFIX_PATH=/path/to/libtorch, or build the LibTorch-free part "
                      "with -DNMT_WITH_TORCH=OFF.")
endif()
get_filename_component(NMT_TORCH_ROOT ${NMT_TORCH_INCLUDE} DIRECTORY)
set(NMT_TORCH_LIBRARY_DIR ${NMT_TORCH_ROOT}/lib)

add_library(nmt_torch INTERFACE)
add_library(nmt::torch ALIAS nmt_torch)
target_include_directories(nmt_torch SYSTEM INTERFACE
  ${NMT_TORCH_INCLUDE} ${NMT_TORCH_INCLUDE}/torch/csrc/api/include)
# Without OpenMP at::parallel_for, a template of LibTorch's headers, runs in one thread. The library
# must be LibTorch's own where it has one: two of them would not know of each other's threads.
find_package(OpenMP REQUIRED)
file(GLOB nmt_torch_openmp ${NMT_TORCH_LIBRARY_DIR}/libgomp*.so*)
if(NOT nmt_torch_openmp)
  set(nmt_torch_openmp ${OpenMP_CXX_LIBRARIES})
endif()
target_compile_options(nmt_torch INTERFACE $<$<COMPILE_LANGUAGE:CXX>:${OpenMP_CXX_FLAGS}>)
target_link_libraries(nmt_torch INTERFACE
  ${NMT_TORCH_LIBRARY_DIR}/libtorch_cpu.so ${NMT_TORCH_LIBRARY_DIR}/libc10.so Threads::Threads
  ${nmt_torch_openmp})

if(NMT_WITH_CUDA)
  if(NOT EXISTS ${NMT_TORCH_LIBRARY_DIR}/libtorch_cuda.so)
    message(FATAL_ERROR "${NMT_TORCH_LIBRARY_DIR} has no libtorch_cuda.so. Run tools/setup --cuda, or "
                        "name a LibTorch with CUDA with -DCMAKE_PREFIX_PATH=/path/to/libtorch.")
  endif()
  # Nothing of ours calls into libtorch_cuda: it registers its kernels when it is loaded, so the
  # linker must keep it. The toolkit's folder goes into an old-style RPATH, which also serves the
  # libraries that libtorch_cuda itself loads; last, since it may hold a cuDNN or NCCL of another version.
  set(nmt_toolkit_libraries ${CUDAToolkit_LIBRARY_DIR})
  set(CMAKE_BUILD_RPATH ${NMT_TORCH_LIBRARY_DIR} ${nmt_toolkit_libraries})
  target_link_options(nmt_torch INTERFACE
    LINKER:--disable-new-dtags
    LINKER:--no-as-needed
    ${NMT_TORCH_LIBRARY_DIR}/libtorch_cuda.so ${NMT_TORCH_LIBRARY_DIR}/libc10_cuda.so
    LINKER:--as-needed)
endif()

# All in one lib/ folder: every library of LibTorch also searches $ORIGIN for the others. What the CUDA
# toolkit itself holds (cuBLAS, cuSPARSE, cuFFT, ...) is taken from there, by the RPATH.
set(nmt_torch_runtime libtorch_cpu.so libc10.so libgomp*.so*)
if(NMT_WITH_CUDA)
  list(APPEND nmt_torch_runtime
    libtorch_cuda.so libc10_cuda.so libtorch_nvshmem.so libtorch_cuda_linalg.so)
endif()
list(TRANSFORM nmt_torch_runtime PREPEND ${NMT_TORCH_LIBRARY_DIR}/)
set(nmt_nvidia_runtime cu13/lib/libcudart.so.* cu13/lib/libcupti.so.*)
if(NMT_WITH_CUDA)
  list(APPEND nmt_nvidia_runtime
    cu13/lib/libcufile.so.* cudnn/lib/libcudnn*.so.* cusparselt/lib/libcusparseLt.so.*
    nccl/lib/libnccl.so.* nvshmem/lib/libnvshmem_host.so.*)
endif()
list(TRANSFORM nmt_nvidia_runtime PREPEND ${NMT_TORCH_ROOT}/../nvidia/)
file(GLOB nmt_torch_runtime ${nmt_torch_runtime} ${nmt_nvidia_runtime})
install(FILES ${nmt_torch_runtime} DESTINATION lib)

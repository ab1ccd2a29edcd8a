# nmt::torch, the CPU LibTorch. The wheel's own TorchConfig.cmake insists on a CUDA toolkit even for a
# CPU build, so the target is defined here from the headers and libraries themselves.

find_path(NMT_TORCH_INCLUDE torch/library.h
  HINTS ${CMAKE_PREFIX_PATH} ${PROJECT_SOURCE_DIR}/.deps/libtorch-2.11.0/torch
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
target_link_libraries(nmt_torch INTERFACE
  ${NMT_TORCH_LIBRARY_DIR}/libtorch_cpu.so ${NMT_TORCH_LIBRARY_DIR}/libc10.so Threads::Threads)

# The CUDA language and toolkit. nvcc is looked for where the toolkit installs itself, too, so that
# nobody has to change PATH. Builds need no GPU.

find_program(NMT_NVCC nvcc
  HINTS ENV CUDACXX ENV CUDA_PATH ENV CUDA_HOME PATHS /usr/local/cuda PATH_SUFFIXES bin)
if(NOT NMT_NVCC AND NOT CMAKE_CUDA_COMPILER)
  message(FATAL_ERROR "NMT_WITH_CUDA needs nvcc of the CUDA 13 toolkit, which is neither on PATH nor in "
                      "/usr/local/cuda. Install the toolkit, or name it with -DCMAKE_CUDA_COMPILER.")
endif()
if(NOT CMAKE_CUDA_COMPILER)
  set(CMAKE_CUDA_COMPILER ${NMT_NVCC})
endif()
if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
  # The machine code that LibTorch's wheel has: Turing, Ampere (86 serves Ada's 89), Hopper, Blackwell; the last
  # also as PTX, which the driver of a newer device translates.
  set(CMAKE_CUDA_ARCHITECTURES 75-real 80-real 86-real 90-real 100-real 120)
endif()
enable_language(CUDA)
if(NOT DEFINED CMAKE_CUDA20_STANDARD_COMPILE_OPTION)  # CMake before 3.26 does not know that nvcc can.
  set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION -std=c++20)
endif()
set(CMAKE_CUDA_STANDARD 20)
set(CMAKE_CUDA_STANDARD_REQUIRED ON)
set(CMAKE_CUDA_EXTENSIONS OFF)
find_package(CUDAToolkit 13.0 REQUIRED)

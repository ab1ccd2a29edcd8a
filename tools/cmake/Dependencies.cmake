# Every third-party library as one imported target. Debian packages, and LibTorch from .deps/ (put
# there by tools/setup) or from a LibTorch of the user's own on CMAKE_PREFIX_PATH.

find_package(ZLIB REQUIRED)
find_package(Boost 1.74 REQUIRED COMPONENTS program_options)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(LibXml2 REQUIRED)
find_package(Threads REQUIRED)

find_path(NMT_SENTENCEPIECE_INCLUDE sentencepiece_processor.h REQUIRED)
find_library(NMT_SENTENCEPIECE_LIBRARY sentencepiece REQUIRED)
find_library(NMT_SENTENCEPIECE_TRAIN_LIBRARY sentencepiece_train REQUIRED)
add_library(nmt_sentencepiece_processor INTERFACE)  # without the trainer, which takes time to load
add_library(nmt::sentencepiece_processor ALIAS nmt_sentencepiece_processor)
target_include_directories(nmt_sentencepiece_processor SYSTEM INTERFACE ${NMT_SENTENCEPIECE_INCLUDE})
target_link_libraries(nmt_sentencepiece_processor INTERFACE ${NMT_SENTENCEPIECE_LIBRARY})
add_library(nmt_sentencepiece INTERFACE)
add_library(nmt::sentencepiece ALIAS nmt_sentencepiece)
target_link_libraries(nmt_sentencepiece INTERFACE
  ${NMT_SENTENCEPIECE_TRAIN_LIBRARY} nmt::sentencepiece_processor)

find_path(NMT_PCRE2_INCLUDE pcre2.h REQUIRED)
find_library(NMT_PCRE2_LIBRARY pcre2-8 REQUIRED)
add_library(nmt_pcre2 INTERFACE)
add_library(nmt::pcre2 ALIAS nmt_pcre2)
target_include_directories(nmt_pcre2 SYSTEM INTERFACE ${NMT_PCRE2_INCLUDE})
target_link_libraries(nmt_pcre2 INTERFACE ${NMT_PCRE2_LIBRARY})

# Only the header: the library is loaded by the program that needs it, when it does.
find_path(NMT_MECAB_INCLUDE mecab.h REQUIRED)
add_library(nmt_mecab_header INTERFACE)
add_library(nmt::mecab_header ALIAS nmt_mecab_header)
target_include_directories(nmt_mecab_header SYSTEM INTERFACE ${NMT_MECAB_INCLUDE})
target_link_libraries(nmt_mecab_header INTERFACE ${CMAKE_DL_LIBS})

find_path(NMT_HIGHWAY_INCLUDE hwy/highway.h REQUIRED)
find_library(NMT_HIGHWAY_LIBRARY hwy REQUIRED)
add_library(nmt_highway INTERFACE)
add_library(nmt::highway ALIAS nmt_highway)
target_include_directories(nmt_highway SYSTEM INTERFACE ${NMT_HIGHWAY_INCLUDE})
target_link_libraries(nmt_highway INTERFACE ${NMT_HIGHWAY_LIBRARY})

# The allocator of programs that compute with tensors: it keeps what was freed for the next update,
# where the C library's gives it back and scatters the rest (tools/bench/bench_train_step).
find_library(NMT_TCMALLOC_LIBRARY tcmalloc_minimal REQUIRED)
add_library(nmt_tcmalloc INTERFACE)
add_library(nmt::tcmalloc ALIAS nmt_tcmalloc)
target_link_libraries(nmt_tcmalloc INTERFACE
  -Wl,--push-state,--no-as-needed ${NMT_TCMALLOC_LIBRARY} -Wl,--pop-state)

if(NMT_BUILD_TESTS)
  find_package(GTest REQUIRED)
endif()

if(NMT_WITH_CUDA)
  include(Cuda)
endif()
if(NMT_WITH_TORCH)
  include(Torch)
endif()

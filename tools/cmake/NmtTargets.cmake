# The three kinds of target. All share the warnings, the include root and, with TORCH, one precompiled
# header for LibTorch.

# nmt_add_library(<name> [TORCH] SOURCES <file>... [LINK <target>...] [LINK_PRIVATE <target>...])
# defines nmt_<name> with alias nmt::<name>.
function(nmt_add_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "TORCH" "" "SOURCES;LINK;LINK_PRIVATE")
  add_library(nmt_${name} STATIC ${arg_SOURCES})
  add_library(nmt::${name} ALIAS nmt_${name})
  target_include_directories(nmt_${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(nmt_${name} PUBLIC ${arg_LINK} PRIVATE ${arg_LINK_PRIVATE} nmt::warnings)
  if(arg_TORCH)
    target_link_libraries(nmt_${name} PUBLIC nmt::torch)
    target_precompile_headers(nmt_${name} REUSE_FROM nmt_torch_header)
    # What LibTorch's headers leave to be instantiated takes longer in a file than most files do.
    set_target_properties(nmt_${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 7)
  endif()
endfunction()

# The precompiled header is made with -fPIC; GCC takes it for code with the same flag alone, and
# CMake would give an executable -fPIE.
function(nmt_reuse_torch_header executable)
  set_target_properties(${executable} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${executable} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fPIC>)
  target_precompile_headers(${executable} REUSE_FROM nmt_torch_header)
endfunction()

# nmt_add_program(<name> [TORCH] SOURCES <file>... LINK <target>...) builds bin/<name>, installs it and
# adds it to the target `programs`. An installed program finds its libraries beside it: <prefix>/lib.
function(nmt_add_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "TORCH" "" "SOURCES;LINK")
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINK} nmt::warnings)
  if(arg_TORCH)
    nmt_reuse_torch_header(${name})
    target_link_libraries(${name} PRIVATE nmt::tcmalloc)
  endif()
  set_target_properties(${name} PROPERTIES INSTALL_RPATH "$ORIGIN/../lib;${nmt_toolkit_libraries}")
  install(TARGETS ${name} DESTINATION bin)
  add_dependencies(programs ${name})
endfunction()

# nmt_add_test(<name> [TORCH] [MAY_SKIP] [TIMEOUT <seconds>] LABELS <label>... LINK <target>...
#              [DEFINE <definition>...] [PROGRAMS <program>...])
# compiles <name>.cpp into its folder's test executable, tests/<folder>_tests or, with TORCH,
# tests/<folder>_torch_tests, and makes its cases one CTest entry: a process for each case would pay
# LibTorch's start-up hundreds of times. MAY_SKIP: a skipped case makes CTest report the whole entry as
# skipped. PROGRAMS: what the test starts; nmt-x is built before, its path is the macro NMT_X.
function(nmt_add_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "TORCH;MAY_SKIP" "TIMEOUT" "LABELS;LINK;DEFINE;PROGRAMS")
  get_filename_component(executable ${CMAKE_CURRENT_SOURCE_DIR} NAME)
  if(arg_TORCH)
    string(APPEND executable _torch)
  endif()
  string(APPEND executable _tests)
  if(NOT TARGET ${executable})
    add_executable(${executable})
    target_link_libraries(${executable} PRIVATE nmt::test_main nmt::warnings)
    target_include_directories(${executable} PRIVATE ${PROJECT_SOURCE_DIR})
    # Compiles in three quarters of the time of -O2; the work that tests wait for is in the libraries.
    target_compile_options(${executable} PRIVATE $<$<CONFIG:Release>:-O1>)
    set_target_properties(${executable} PROPERTIES
      RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 7)
    if(arg_TORCH)
      nmt_reuse_torch_header(${executable})
    endif()
  endif()
  target_sources(${executable} PRIVATE ${name}.cpp)
  target_link_libraries(${executable} PRIVATE ${arg_LINK})
  target_compile_definitions(${executable} PRIVATE ${arg_DEFINE})
  foreach(program ${arg_PROGRAMS})
    string(MAKE_C_IDENTIFIER ${program} macro)
    string(TOUPPER ${macro} macro)
    target_compile_definitions(${executable} PRIVATE ${macro}="$<TARGET_FILE:${program}>")
    add_dependencies(${executable} ${program})
  endforeach()
  add_test(NAME ${name} COMMAND ${executable} ${name})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT})
  if(cuda IN_LIST arg_LABELS)
    add_dependencies(cuda_tests ${executable})
  endif()
  if(arg_MAY_SKIP)
    set_tests_properties(${name} PROPERTIES SKIP_REGULAR_EXPRESSION "SKIPPED \\]")
  endif()
endfunction()

add_custom_target(programs)    # what nmt_add_program defines
add_custom_target(cuda_tests)  # the tests labelled cuda

if(NMT_WITH_TORCH)
  add_library(nmt_torch_header STATIC ${PROJECT_SOURCE_DIR}/tools/cmake/torch_header.cpp)
  target_link_libraries(nmt_torch_header PUBLIC nmt::torch PRIVATE nmt::warnings)
  # Not <torch/torch.h>, which leaves twice as much to instantiate in every file.
  target_precompile_headers(nmt_torch_header PRIVATE
    <torch/types.h> <torch/autograd.h> <torch/utils.h> <torch/nn/module.h> <torch/nn/pimpl.h>
    <torch/nn/modules/normalization.h> <torch/nn/modules/container/modulelist.h>)
endif()

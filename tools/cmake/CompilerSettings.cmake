# ccache when present, the warning set, and the sanitizers. Adds no instruction-set flag anywhere.

find_program(NMT_CCACHE ccache)
if(NMT_CCACHE)
  # PCH through ccache needs the sloppiness settings. Paths relative to the source folder let one
  # clone use what another compiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${NMT_CCACHE})
  set(CMAKE_CUDA_COMPILER_LAUNCHER ${NMT_CCACHE})
endif()

add_library(nmt_warnings INTERFACE)
add_library(nmt::warnings ALIAS nmt_warnings)
target_compile_options(nmt_warnings INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wno-missing-field-initializers>
  "$<$<COMPILE_LANGUAGE:CUDA>:SHELL:-Xcompiler -Wall,-Wextra>")
if(NMT_WARNINGS_AS_ERRORS)
  target_compile_options(nmt_warnings INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-Werror> "$<$<COMPILE_LANGUAGE:CUDA>:SHELL:-Werror all-warnings>")
endif()
if(NMT_CCACHE)
  target_compile_options(nmt_warnings INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>)
endif()
if(NMT_SANITIZE)
  set(nmt_sanitizers -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  # GCC 12 takes std::regex for uninitialized when sanitizers instrument it (GCC bug 105562).
  target_compile_options(nmt_warnings INTERFACE ${nmt_sanitizers} -Wno-maybe-uninitialized)
  target_link_options(nmt_warnings INTERFACE ${nmt_sanitizers})
endif()

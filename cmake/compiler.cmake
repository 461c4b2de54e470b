# Warnings, sanitizers and the compiler cache, for our own code only.

find_program(DYNAJOB_CCACHE ccache)
if(DYNAJOB_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${DYNAJOB_CCACHE})
endif()

add_library(dynajob_compile_options INTERFACE)
target_compile_options(dynajob_compile_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wcast-qual
  -Woverloaded-virtual -Wextra-semi -Wundef -Werror
  # GCC 12 reports overlaps inside std::string that are not there (GCC bug 105651).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  # Floating-point results must not depend on where the compiler chose to fuse a multiply and an add.
  -ffp-contract=off)

if(DYNAJOB_BUILD_FUZZERS)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "DYNAJOB_BUILD_FUZZERS needs clang++ (CXX=clang++)")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

if(DYNAJOB_SANITIZE)
  add_compile_options(-fsanitize=${DYNAJOB_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${DYNAJOB_SANITIZE})
  if(DYNAJOB_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
  # GCC's own analysis of instrumented standard-library code reports what is not there.
  target_compile_options(dynajob_compile_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:
    -Wno-error=maybe-uninitialized;-Wno-error=stringop-overflow;-Wno-error=tsan>)
endif()

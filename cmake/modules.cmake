# One library per module, dependencies one way.
#
#   dynajob_module_order(core stores ...)   declares the order, lowest first
#   dynajob_add_modules()                   adds every module that has a CMakeLists.txt
#   dynajob_add_module(...)                 declares one module: its sources, dependencies and tests
#
# An upward dependency fails at configure time. Every module has an include root of its own, so an
# include from a module that was not declared as a dependency does not compile.

function(dynajob_module_order)
  set_property(GLOBAL PROPERTY DYNAJOB_MODULE_ORDER ${ARGN})
endfunction()

macro(dynajob_add_modules)
  if(DYNAJOB_BUILD_TESTS)
    enable_testing()
    find_package(GTest REQUIRED)
    include(GoogleTest)
  endif()
  get_property(_order GLOBAL PROPERTY DYNAJOB_MODULE_ORDER)
  foreach(_module IN LISTS _order)
    if((NOT DYNAJOB_MODULES OR _module IN_LIST DYNAJOB_MODULES)
       AND EXISTS ${CMAKE_SOURCE_DIR}/modules/${_module}/CMakeLists.txt)
      add_subdirectory(modules/${_module})
    endif()
  endforeach()
  get_property(_fuzzers GLOBAL PROPERTY DYNAJOB_FUZZERS)
  if(_fuzzers)
    add_custom_target(fuzzers DEPENDS ${_fuzzers})
  endif()
endmacro()

# dynajob_add_module(NAME <name> DESCRIPTION <one line> SOURCES <files>
#                    [DEPENDS <modules that public headers use>]
#                    [PRIVATE_DEPENDS <modules that only sources use>]
#                    [PRIVATE_LIBRARIES <third-party targets>]
#                    [TESTS <files>] [TEST_LIBRARIES <targets>])
function(dynajob_add_module)
  cmake_parse_arguments(M "" "NAME;DESCRIPTION"
    "SOURCES;DEPENDS;PRIVATE_DEPENDS;PRIVATE_LIBRARIES;TESTS;TEST_LIBRARIES" ${ARGN})
  if(NOT M_NAME OR NOT M_DESCRIPTION OR NOT M_SOURCES OR M_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "dynajob_add_module: NAME, DESCRIPTION and SOURCES are required (${ARGN})")
  endif()

  get_property(order GLOBAL PROPERTY DYNAJOB_MODULE_ORDER)
  list(FIND order ${M_NAME} own_rank)
  if(own_rank EQUAL -1)
    message(FATAL_ERROR "module '${M_NAME}' is not in dynajob_module_order()")
  endif()
  foreach(dependency IN LISTS M_DEPENDS M_PRIVATE_DEPENDS)
    list(FIND order ${dependency} rank)
    if(rank EQUAL -1 OR NOT rank LESS own_rank)
      message(FATAL_ERROR "module '${M_NAME}' must not depend on '${dependency}': "
        "dependencies go one way, down the order '${order}'")
    endif()
  endforeach()

  set(target dynajob_${M_NAME})
  add_library(${target} STATIC ${M_SOURCES})
  target_include_directories(${target} PUBLIC include PRIVATE src)
  list(TRANSFORM M_DEPENDS PREPEND dynajob_ OUTPUT_VARIABLE public_targets)
  list(TRANSFORM M_PRIVATE_DEPENDS PREPEND dynajob_ OUTPUT_VARIABLE private_targets)
  target_link_libraries(${target} PUBLIC ${public_targets}
    PRIVATE ${private_targets} ${M_PRIVATE_LIBRARIES} dynajob_compile_options)

  if(DYNAJOB_BUILD_TESTS AND M_TESTS)
    add_executable(${target}_test ${M_TESTS})
    target_include_directories(${target}_test PRIVATE src ${PROJECT_SOURCE_DIR}/tests/support)
    target_link_libraries(${target}_test PRIVATE ${target} ${private_targets} ${M_PRIVATE_LIBRARIES}
      ${M_TEST_LIBRARIES} dynajob_compile_options GTest::gmock GTest::gtest_main)
    # Fuzz entry points (tests/fuzz_*.cc) also become libFuzzer programs.
    if(DYNAJOB_BUILD_FUZZERS)
      list(FILTER M_TESTS INCLUDE REGEX "/fuzz_[^/]*\\.cc$")
      foreach(source IN LISTS M_TESTS)
        get_filename_component(fuzzer ${source} NAME_WE)
        add_executable(${fuzzer} ${source})
        target_include_directories(${fuzzer} PRIVATE src ${PROJECT_SOURCE_DIR}/tests/support)
        target_compile_definitions(${fuzzer} PRIVATE DYNAJOB_LIBFUZZER)
        target_link_libraries(${fuzzer} PRIVATE ${target} ${private_targets} ${M_PRIVATE_LIBRARIES}
          dynajob_compile_options -fsanitize=fuzzer)
        set_property(GLOBAL APPEND PROPERTY DYNAJOB_FUZZERS ${fuzzer})
      endforeach()
    endif()
    gtest_discover_tests(${target}_test TEST_PREFIX "${M_NAME}." DISCOVERY_TIMEOUT 120 NO_PRETTY_VALUES
      PROPERTIES TIMEOUT 600)
  endif()
endfunction()

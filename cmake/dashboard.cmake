# The pages in dashboard/ (TypeScript), built with npm when their sources change and compiled into the
# libraries that hand them out.
#
#   dynajob_embed_page(<target> <source> <macro> <page>)   makes the path of a built page known to a source
#                                                          file, which includes its bytes under that macro

set(dashboard_pages ${CMAKE_BINARY_DIR}/dashboard)
set(dashboard_files ${dashboard_pages}/report.html ${dashboard_pages}/app.html
  ${dashboard_pages}/app.js ${dashboard_pages}/app.css)
file(GLOB_RECURSE dashboard_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/dashboard/src/*)
add_custom_command(
  OUTPUT ${dashboard_files}
  COMMAND ${CMAKE_SOURCE_DIR}/scripts/build_dashboard.sh ${dashboard_pages}
  DEPENDS ${dashboard_sources}
    ${CMAKE_SOURCE_DIR}/dashboard/app.html
    ${CMAKE_SOURCE_DIR}/dashboard/report.html
    ${CMAKE_SOURCE_DIR}/dashboard/package.json
    ${CMAKE_SOURCE_DIR}/dashboard/package-lock.json
    ${CMAKE_SOURCE_DIR}/dashboard/tsconfig.json
    ${CMAKE_SOURCE_DIR}/dashboard/vite.config.ts
    ${CMAKE_SOURCE_DIR}/scripts/build_dashboard.sh
  COMMENT "Building the pages of dashboard/"
  VERBATIM)
add_custom_target(dynajob_dashboard DEPENDS ${dashboard_files})

function(dynajob_embed_page target source macro page)
  set(file ${CMAKE_BINARY_DIR}/dashboard/${page})
  set_property(SOURCE ${source} APPEND PROPERTY OBJECT_DEPENDS ${file})
  set_property(SOURCE ${source} APPEND PROPERTY COMPILE_DEFINITIONS "${macro}=\"${file}\"")
  add_dependencies(${target} dynajob_dashboard)
endfunction()

# Tests of its functions, and of its pages in a browser (skipped where there is none).
if(DYNAJOB_BUILD_TESTS AND NOT DYNAJOB_MODULES)
  enable_testing()
  set(dashboard_test ${CMAKE_SOURCE_DIR}/scripts/test_dashboard.sh)
  add_test(NAME dashboard.unit COMMAND ${dashboard_test} unit)
  add_test(NAME dashboard.browser COMMAND ${dashboard_test} browser)
  set_tests_properties(dashboard.unit dashboard.browser PROPERTIES TIMEOUT 1500 SKIP_RETURN_CODE 77
    ENVIRONMENT "DYNAJOB_BINARY=${CMAKE_BINARY_DIR}/dynajob;DYNAJOB_SCREENSHOTS=${CMAKE_BINARY_DIR}/screenshots")
endif()

# SPDX-License-Identifier: BSD-2-Clause
#
# cmake --install BUILD --prefix DIR: the libraries of this build and all that
# programs, drivers and targets of other projects need.
#
#   include/rump		rump(3)
#   lib				components, librumpuser, harness
#   lib/pkgconfig/rump.pc	librump with librumpuser; name other components after it
#   lib/cmake/rumpfuzz		find_package(rumpfuzz)
#   share/rumpfuzz		the kernel's headers, what makes a component of objects

set(_shared "")
if(RUMPFUZZ_SHARED AND NOT RUMPFUZZ_ENGINE STREQUAL "libfuzzer")
	set(_shared so)
endif()
foreach(_c ${_components} rumpuser rumpuser_pthread)
	foreach(_ext a ${_shared})
		install(FILES "${CMAKE_BINARY_DIR}/lib/lib${_c}.${_ext}" DESTINATION lib)
	endforeach()
endforeach()
foreach(_c rumpfuzz_model rumpfuzz_harness rumpfuzz_replay)
	install(FILES "${CMAKE_BINARY_DIR}/lib/lib${_c}.a" DESTINATION lib)
endforeach()

install(DIRECTORY include/rump DESTINATION include)
install(DIRECTORY include DESTINATION share/rumpfuzz)
install(DIRECTORY harness/ DESTINATION "share/rumpfuzz/harness" FILES_MATCHING PATTERN "*.h" PATTERN "cmd" EXCLUDE)
install(FILES harness/sanopts.c harness/rumpfuzz-gdb.py DESTINATION "share/rumpfuzz/harness")
install(FILES cmake/rumpfuzz.cmake cmake/region.c DESTINATION "share/rumpfuzz/cmake")
install(PROGRAMS tools/component-link tools/cov-report DESTINATION "share/rumpfuzz/tools")

set(_config_lib "\${CMAKE_CURRENT_LIST_DIR}/../..")
set(_config_top "\${CMAKE_CURRENT_LIST_DIR}/../../../share/rumpfuzz")
configure_file(cmake/rumpfuzz-config.cmake.in "${CMAKE_BINARY_DIR}/install/rumpfuzz-config.cmake" @ONLY)
install(FILES "${CMAKE_BINARY_DIR}/install/rumpfuzz-config.cmake" DESTINATION "lib/cmake/rumpfuzz")
string(JOIN " " _link_flags ${_rumpfuzz_link_flags})
configure_file(cmake/rump.pc.in "${CMAKE_BINARY_DIR}/install/rump.pc" @ONLY)
install(FILES "${CMAKE_BINARY_DIR}/install/rump.pc" DESTINATION "lib/pkgconfig")

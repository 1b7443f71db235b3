# SPDX-License-Identifier: BSD-2-Clause
#
# What a build of rumpfuzz is made of:
#   rumpfuzz_component(NAME n SOURCES ...)	a kernel component, libn.a and libn.so
#   rumpfuzz_host_library(NAME n SOURCES ...)	host code below or above the kernel
#   rumpfuzz_target(NAME n SOURCES ... COMPONENTS ...)	a fuzz target
#   rumpfuzz_program(NAME n SOURCES ... COMPONENTS ...)	any other program on the kernel

set(RUMPFUZZ_SANITIZE "address" CACHE STRING "address, thread or none")
set_property(CACHE RUMPFUZZ_SANITIZE PROPERTY STRINGS address thread none)
set(RUMPFUZZ_ENGINE "replay" CACHE STRING "libfuzzer, afl or replay (runs files, no engine)")
set_property(CACHE RUMPFUZZ_ENGINE PROPERTY STRINGS libfuzzer afl replay)
set(RUMPFUZZ_COVERAGE "none" CACHE STRING "none, clang or gcov")
set_property(CACHE RUMPFUZZ_COVERAGE PROPERTY STRINGS none clang gcov)
set(RUMPFUZZ_BACKEND "fiber" CACHE STRING "thread backend of programs: fiber or pthread")
set_property(CACHE RUMPFUZZ_BACKEND PROPERTY STRINGS fiber pthread)
option(RUMPFUZZ_DIAGNOSTIC "kernel self-checks (DIAGNOSTIC, LOCKDEBUG)" ON)
option(RUMPFUZZ_TESTS "build the ATF test programs" ON)
option(RUMPFUZZ_SHARED "build the components as shared libraries, too" ON)

get_filename_component(RUMPFUZZ_TOP "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
set(RUMPFUZZ_CLANG FALSE)
if(CMAKE_C_COMPILER_ID MATCHES "Clang")
	set(RUMPFUZZ_CLANG TRUE)
elseif(NOT CMAKE_C_COMPILER_ID STREQUAL "GNU")
	message(FATAL_ERROR "rumpfuzz needs clang (14 or later) or gcc (12 or later), not ${CMAKE_C_COMPILER_ID}")
endif()
if(NOT CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
	message(FATAL_ERROR "rumpfuzz runs on x86_64, not ${CMAKE_SYSTEM_PROCESSOR}")
endif()
if(RUMPFUZZ_ENGINE STREQUAL "libfuzzer" AND NOT RUMPFUZZ_CLANG)
	message(FATAL_ERROR "RUMPFUZZ_ENGINE=libfuzzer needs clang: set CMAKE_C_COMPILER")
endif()
if(RUMPFUZZ_COVERAGE STREQUAL "clang" AND NOT RUMPFUZZ_CLANG)
	message(FATAL_ERROR "RUMPFUZZ_COVERAGE=clang needs clang: set CMAKE_C_COMPILER")
endif()
find_program(RUMPFUZZ_OBJCOPY objcopy REQUIRED)
find_program(RUMPFUZZ_NM nm REQUIRED)

# Flags for every file: sanitizers, coverage, debug information.
add_library(rumpfuzz_flags INTERFACE)
set(_f -g -fno-omit-frame-pointer -fno-common -fno-strict-aliasing -Wall -Wextra
    -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers)
if(NOT RUMPFUZZ_CLANG)
	# What is cut, is cut on purpose; an empty message with a device's name is NetBSD's way.
	list(APPEND _f -Wno-format-truncation -Wno-format-zero-length)
endif()
set(_l "")
if(RUMPFUZZ_SANITIZE STREQUAL "address")
	list(APPEND _f -fsanitize=address,undefined -fno-sanitize-recover=all)
	list(APPEND _l -fsanitize=address,undefined)
	if(RUMPFUZZ_CLANG)
		# A parked thread's frames must live on its own stack, which a snapshot saves.
		list(APPEND _f -fsanitize-address-use-after-return=never -fno-sanitize=function)
		if(NOT RUMPFUZZ_ENGINE STREQUAL "replay")
			# ASan and the host see what is accessed there; a twentieth of all time.
			list(APPEND _f -fno-sanitize=null,object-size)
		endif()
	else()
		list(APPEND _f --param=asan-use-after-return=0 -fno-sanitize=vptr)
	endif()
	set(RUMPFUZZ_SAN_DEFINES RUMP_SANITIZE)
elseif(RUMPFUZZ_SANITIZE STREQUAL "thread")
	list(APPEND _f -fsanitize=thread)
	list(APPEND _l -fsanitize=thread)
	set(RUMPFUZZ_SAN_DEFINES "")
elseif(RUMPFUZZ_SANITIZE STREQUAL "none")
	set(RUMPFUZZ_SAN_DEFINES "")
else()
	message(FATAL_ERROR "RUMPFUZZ_SANITIZE is '${RUMPFUZZ_SANITIZE}': address, thread or none")
endif()
if(RUMPFUZZ_COVERAGE STREQUAL "clang")
	list(APPEND _f -fprofile-instr-generate -fcoverage-mapping)
	list(APPEND _l -fprofile-instr-generate)
elseif(RUMPFUZZ_COVERAGE STREQUAL "gcov")
	list(APPEND _f --coverage)
	list(APPEND _l --coverage)
elseif(NOT RUMPFUZZ_COVERAGE STREQUAL "none")
	message(FATAL_ERROR "RUMPFUZZ_COVERAGE is '${RUMPFUZZ_COVERAGE}': none, clang or gcov")
endif()
if(RUMPFUZZ_CLANG)
	list(APPEND _f -fno-addrsig)
endif()
target_compile_options(rumpfuzz_flags INTERFACE ${_f})
# Fixed addresses: the same input takes the same path in each process.
target_link_options(rumpfuzz_flags INTERFACE ${_l} -no-pie)

# Edges are counted in the kernel and its drivers, not in the harness.
# Operands of comparisons are not traced: the mutators know the formats, and
# the calls would be a quarter of all time.
set(RUMPFUZZ_EDGE_FLAGS "")
if(RUMPFUZZ_CLANG AND RUMPFUZZ_SANITIZE STREQUAL "address" AND NOT RUMPFUZZ_ENGINE STREQUAL "afl")
	set(RUMPFUZZ_EDGE_FLAGS -fsanitize-coverage=inline-8bit-counters,pc-table)
endif()
# Loads from memory that a device shares are watched where drivers are replayed;
# under an engine the calls would be a fifth of all time.
set(RUMPFUZZ_LOAD_FLAGS "")
if(RUMPFUZZ_EDGE_FLAGS AND RUMPFUZZ_ENGINE STREQUAL "replay")
	set(RUMPFUZZ_LOAD_FLAGS -fsanitize-coverage=trace-loads)
endif()
if(NOT RUMPFUZZ_ENGINE MATCHES "^(libfuzzer|afl|replay)$")
	message(FATAL_ERROR "RUMPFUZZ_ENGINE is '${RUMPFUZZ_ENGINE}': libfuzzer, afl or replay")
endif()

# Host programs see rump/ alone, never the kernel's headers.
set(RUMPFUZZ_HOST_INCLUDE "${CMAKE_BINARY_DIR}/hostinclude")
file(MAKE_DIRECTORY "${RUMPFUZZ_HOST_INCLUDE}")
file(CREATE_LINK "${RUMPFUZZ_TOP}/include/rump" "${RUMPFUZZ_HOST_INCLUDE}/rump" SYMBOLIC)
add_library(rumpfuzz_host INTERFACE)
target_include_directories(rumpfuzz_host INTERFACE "${RUMPFUZZ_HOST_INCLUDE}")
target_compile_definitions(rumpfuzz_host INTERFACE _GNU_SOURCE)
target_link_libraries(rumpfuzz_host INTERFACE rumpfuzz_flags)

# Kernel code is freestanding and sees include/ alone.
add_library(rumpfuzz_kernel INTERFACE)
target_include_directories(rumpfuzz_kernel INTERFACE "${RUMPFUZZ_TOP}/include")
target_compile_definitions(rumpfuzz_kernel INTERFACE _KERNEL _RUMPKERNEL ${RUMPFUZZ_SAN_DEFINES}
    $<$<BOOL:${RUMPFUZZ_DIAGNOSTIC}>:DIAGNOSTIC> $<$<BOOL:${RUMPFUZZ_DIAGNOSTIC}>:DEBUG>
    $<$<BOOL:${RUMPFUZZ_DIAGNOSTIC}>:LOCKDEBUG>)
target_compile_options(rumpfuzz_kernel INTERFACE -std=gnu11 -ffreestanding -nostdinc
    -fdata-sections -fno-semantic-interposition -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition
    ${RUMPFUZZ_EDGE_FLAGS})
target_link_libraries(rumpfuzz_kernel INTERFACE rumpfuzz_flags)

# Headers that config(1) would generate for NetBSD's files, where they include
# one that is not there: ioconf.h declares the drivers that the file names,
# opt_*.h is empty, and foo.h of a file that asks for NFOO says that there are
# none unless the file is compiled with -DNFOO=1.  Sets <var> to their directory.
function(_rumpfuzz_config_headers var name)
	cmake_parse_arguments(H "" "" "SOURCES;INCLUDES" ${ARGN})
	set(dir "${CMAKE_CURRENT_BINARY_DIR}/${name}.config")
	set(made "")
	foreach(src ${H_SOURCES})
		get_filename_component(src "${src}" ABSOLUTE)
		get_filename_component(near "${src}" DIRECTORY)
		if(NOT EXISTS "${src}")
			continue()
		endif()
		file(STRINGS "${src}" lines REGEX "^[ \t]*#[ \t]*include[ \t]*\"[a-z0-9_]+\\.h\"")
		foreach(line ${lines})
			string(REGEX REPLACE "^[^\"]*\"([a-z0-9_]+)\\.h\".*" "\\1" stem "${line}")
			find_file(there "${stem}.h" PATHS "${near}" "${CMAKE_CURRENT_SOURCE_DIR}" ${H_INCLUDES}
			    "${RUMPFUZZ_TOP}/include" NO_DEFAULT_PATH NO_CACHE)
			string(TOUPPER "N${stem}" flag)
			if(there)
				unset(there)
				continue()
			elseif(stem STREQUAL "ioconf")
				file(STRINGS "${src}" uses REGEX "[a-z0-9]_cd[^A-Za-z0-9_]")
				string(REGEX MATCHALL "[A-Za-z0-9_]*[a-z0-9]_cd[^A-Za-z0-9_]" uses "${uses}")
				list(TRANSFORM uses REPLACE "^(.*)_cd.$" "extern struct cfdriver \\1_cd\\\\;\n")
				string(APPEND text_ioconf ${uses})
			elseif(NOT stem MATCHES "^opt_")
				file(STRINGS "${src}" uses REGEX "${flag}[^A-Za-z0-9_]")
				if(NOT uses AND NOT stem MATCHES "^(bio|rnd)$")
					continue()
				endif()
				set(text_${stem} "#ifndef ${flag}\n#define ${flag} 0\n#endif\n")
			endif()
			list(APPEND made "${stem}")
		endforeach()
	endforeach()
	list(REMOVE_DUPLICATES made)
	foreach(stem ${made})
		set(old "")
		if(EXISTS "${dir}/${stem}.h")
			file(READ "${dir}/${stem}.h" old)
		endif()
		if(NOT EXISTS "${dir}/${stem}.h" OR NOT "${old}" STREQUAL "${text_${stem}}")
			file(WRITE "${dir}/${stem}.h" "${text_${stem}}")
		endif()
	endforeach()
	if(made)
		list(JOIN made ".h, " made)
		message(STATUS "${name}: ${made}.h made, as config(1) would")
		set(made "${dir}")
	endif()
	set(${var} "${made}" PARENT_SCOPE)
endfunction()

# rumpfuzz_component(NAME name SOURCES file... [INCLUDES dir...] [REPLACES component])
#
# Compiles the files as kernel code, gives their global symbols the prefix
# rumpns_, moves data and bss into sections which reset can find, and makes
# lib<name>.a (target <name>) and lib<name>.so (target <name>_shared).
#
# With REPLACES, it is to be linked instead of that component: all of it is in
# there, but its files that define what these files define.
function(rumpfuzz_component)
	cmake_parse_arguments(C "" "NAME;REPLACES" "SOURCES;INCLUDES" ${ARGN})
	if(NOT C_NAME OR NOT C_SOURCES OR C_UNPARSED_ARGUMENTS)
		message(FATAL_ERROR "rumpfuzz_component(NAME name SOURCES file... [INCLUDES dir...] [REPLACES component])")
	endif()
	set(rest "")
	set(rest_lib "")
	if(C_REPLACES)
		if(NOT TARGET ${C_REPLACES})
			message(FATAL_ERROR "${C_NAME}: there is no component ${C_REPLACES} to replace")
		endif()
		get_target_property(rest_lib ${C_REPLACES} IMPORTED_LOCATION)
		set(rest -r "${rest_lib}")
	endif()
	set(obj ${C_NAME}_objects)
	add_library(${obj} OBJECT ${C_SOURCES} "${RUMPFUZZ_TOP}/cmake/region.c")
	target_link_libraries(${obj} PRIVATE rumpfuzz_kernel)
	if(C_NAME MATCHES "^rumpdev|^rumpbustest")
		target_compile_options(${obj} PRIVATE ${RUMPFUZZ_LOAD_FLAGS})
	endif()
	# NetBSD builds its kernel so, and files of its are written for that.
	if(NOT CMAKE_SOURCE_DIR STREQUAL RUMPFUZZ_TOP)
		target_compile_options(${obj} PRIVATE -Wno-pointer-sign)
	endif()
	_rumpfuzz_config_headers(made ${C_NAME} SOURCES ${C_SOURCES} INCLUDES ${C_INCLUDES})
	target_include_directories(${obj} PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}" ${C_INCLUDES} ${made})
	target_compile_definitions(${obj} PRIVATE RUMP_COMPONENT_NAME="${C_NAME}")
	set_target_properties(${obj} PROPERTIES POSITION_INDEPENDENT_CODE ON)

	set(lib "${CMAKE_BINARY_DIR}/lib/lib${C_NAME}.a")
	add_custom_command(OUTPUT "${lib}"
	    COMMAND "${RUMPFUZZ_TOP}/tools/component-link" ${rest} "${lib}" $<TARGET_OBJECTS:${obj}>
	    DEPENDS ${obj} $<TARGET_OBJECTS:${obj}> ${rest_lib} "${RUMPFUZZ_TOP}/tools/component-link"
	    COMMAND_EXPAND_LISTS VERBATIM COMMENT "Component lib${C_NAME}")
	add_custom_target(${C_NAME}_archive ALL DEPENDS "${lib}")
	add_library(${C_NAME} STATIC IMPORTED GLOBAL)
	set_target_properties(${C_NAME} PROPERTIES IMPORTED_LOCATION "${lib}")
	add_dependencies(${C_NAME} ${C_NAME}_archive)

	if(RUMPFUZZ_SHARED AND NOT RUMPFUZZ_ENGINE STREQUAL "libfuzzer")
		set(so "${CMAKE_BINARY_DIR}/lib/lib${C_NAME}.so")
		add_custom_command(OUTPUT "${so}"
		    COMMAND ${CMAKE_C_COMPILER} -shared -o "${so}" ${_rumpfuzz_link_flags}
		    -Wl,-soname,lib${C_NAME}.so
		    -Wl,--whole-archive "${lib}" -Wl,--no-whole-archive
		    DEPENDS "${lib}" VERBATIM COMMENT "Component lib${C_NAME}.so")
		add_custom_target(${C_NAME}_shared ALL DEPENDS "${so}")
	endif()
	set_property(GLOBAL APPEND PROPERTY RUMPFUZZ_COMPONENTS ${C_NAME})
endfunction()
set(_rumpfuzz_link_flags ${_l})

# rumpfuzz_host_library(NAME name SOURCES file... [DEFINES d...])
function(rumpfuzz_host_library)
	cmake_parse_arguments(H "" "NAME" "SOURCES;DEFINES" ${ARGN})
	if(NOT H_NAME OR NOT H_SOURCES OR H_UNPARSED_ARGUMENTS)
		message(FATAL_ERROR "rumpfuzz_host_library(NAME name SOURCES file... [DEFINES d...])")
	endif()
	add_library(${H_NAME} STATIC ${H_SOURCES})
	target_link_libraries(${H_NAME} PUBLIC rumpfuzz_host)
	target_include_directories(${H_NAME} PUBLIC "${CMAKE_CURRENT_SOURCE_DIR}")
	target_compile_definitions(${H_NAME} PRIVATE ${H_DEFINES})
	target_compile_options(${H_NAME} PRIVATE $<$<COMPILE_LANGUAGE:C>:-std=gnu11>)
	set_target_properties(${H_NAME} PROPERTIES POSITION_INDEPENDENT_CODE ON
	    ARCHIVE_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
	# For programs on shared components.
	if(RUMPFUZZ_SHARED AND NOT RUMPFUZZ_ENGINE STREQUAL "libfuzzer" AND H_NAME MATCHES "^rumpuser")
		set(so "${CMAKE_BINARY_DIR}/lib/lib${H_NAME}.so")
		add_custom_command(OUTPUT "${so}"
		    COMMAND ${CMAKE_C_COMPILER} -shared -o "${so}" ${_rumpfuzz_link_flags}
		    -Wl,-z,start-stop-visibility=hidden -Wl,-soname,lib${H_NAME}.so
		    -Wl,--whole-archive $<TARGET_FILE:${H_NAME}> -Wl,--no-whole-archive -ldl -lpthread
		    DEPENDS ${H_NAME} $<TARGET_FILE:${H_NAME}> VERBATIM COMMENT "lib${H_NAME}.so")
		add_custom_target(${H_NAME}_shared ALL DEPENDS "${so}")
	endif()
endfunction()

# The kernel's libraries as link items: components whole, then the host layer.
function(_rumpfuzz_link name)
	set(items "")
	foreach(c ${ARGN})
		list(APPEND items ${c})
	endforeach()
	target_link_libraries(${name} PRIVATE "-Wl,--whole-archive" ${items} "-Wl,--no-whole-archive"
	    ${RUMPFUZZ_RUMPUSER} dl pthread)
	foreach(c ${ARGN})
		if(TARGET ${c}_archive)
			add_dependencies(${name} ${c}_archive)
		endif()
	endforeach()
endfunction()
if(RUMPFUZZ_BACKEND STREQUAL "fiber")
	set(RUMPFUZZ_RUMPUSER rumpuser)
elseif(RUMPFUZZ_BACKEND STREQUAL "pthread")
	set(RUMPFUZZ_RUMPUSER rumpuser_pthread)
else()
	message(FATAL_ERROR "RUMPFUZZ_BACKEND is '${RUMPFUZZ_BACKEND}': fiber or pthread")
endif()

# rumpfuzz_program(NAME name SOURCES file... COMPONENTS comp... [LIBRARIES lib...])
function(rumpfuzz_program)
	cmake_parse_arguments(P "" "NAME" "SOURCES;COMPONENTS;LIBRARIES" ${ARGN})
	if(NOT P_NAME OR NOT P_SOURCES OR P_UNPARSED_ARGUMENTS)
		message(FATAL_ERROR "rumpfuzz_program(NAME name SOURCES file... COMPONENTS comp...)")
	endif()
	add_executable(${P_NAME} ${P_SOURCES} "${RUMPFUZZ_TOP}/harness/sanopts.c")
	target_compile_options(${P_NAME} PRIVATE -std=gnu11)
	target_link_libraries(${P_NAME} PRIVATE rumpfuzz_host ${P_LIBRARIES})
	_rumpfuzz_link(${P_NAME} ${P_COMPONENTS})
	set_target_properties(${P_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
endfunction()

# rumpfuzz_target(NAME name SOURCES file... COMPONENTS comp... [DICT file] [CORPUS dir])
#
# A fuzz target under the engine of this build; with the replay engine, a
# program which runs the files it is given.  CORPUS is a directory of inputs,
# its seeds: with them, target cov-<name> (clang's coverage) prints which lines
# of the project's components they run, and gdb-<name> replays the file that
# the variable INPUT of the environment names under gdb.  `rumpfuzz --project`
# finds the target, its seeds and its dictionary in <build>/rumpfuzz-targets.
function(rumpfuzz_target)
	cmake_parse_arguments(T "" "NAME;DICT;CORPUS" "SOURCES;COMPONENTS" ${ARGN})
	if(NOT T_NAME OR NOT T_SOURCES OR T_UNPARSED_ARGUMENTS)
		message(FATAL_ERROR "rumpfuzz_target(NAME name SOURCES file... COMPONENTS comp...)")
	endif()
	set(corpus "")
	set(dict "")
	if(T_CORPUS)
		get_filename_component(corpus "${T_CORPUS}" ABSOLUTE)
		if(NOT IS_DIRECTORY "${corpus}")
			message(FATAL_ERROR "${T_NAME}: CORPUS ${corpus} is no directory")
		endif()
	endif()
	if(T_DICT)
		get_filename_component(dict "${T_DICT}" ABSOLUTE)
		if(NOT EXISTS "${dict}")
			message(FATAL_ERROR "${T_NAME}: DICT ${dict} is not there")
		endif()
	endif()
	list(GET T_SOURCES 0 source)
	get_filename_component(source "${source}" ABSOLUTE)
	set_property(GLOBAL APPEND_STRING PROPERTY RUMPFUZZ_TARGET_LINES
	    "${T_NAME}|${source}|${corpus}|${dict}\n")
	get_property(lines GLOBAL PROPERTY RUMPFUZZ_TARGET_LINES)
	file(WRITE "${CMAKE_BINARY_DIR}/rumpfuzz-targets" "${lines}")
	rumpfuzz_program(NAME ${T_NAME} SOURCES ${T_SOURCES} COMPONENTS ${T_COMPONENTS}
	    LIBRARIES rumpfuzz_harness rumpfuzz_model rumpfuzz_harness)
	if(RUMPFUZZ_ENGINE STREQUAL "libfuzzer")
		target_link_options(${T_NAME} PRIVATE -fsanitize=fuzzer)
	elseif(RUMPFUZZ_ENGINE STREQUAL "afl")
		# Its driver asks for these so weakly that no library gives them.
		target_link_options(${T_NAME} PRIVATE -fsanitize=fuzzer
		    -Wl,-u,LLVMFuzzerTestOneInput)
	else()
		target_link_libraries(${T_NAME} PRIVATE rumpfuzz_replay)
	endif()
	if(T_CORPUS AND RUMPFUZZ_ENGINE STREQUAL "replay")
		add_custom_target(gdb-${T_NAME} DEPENDS ${T_NAME} USES_TERMINAL VERBATIM
		    COMMAND sh -c "exec gdb -q -x \"$0\" --args \"$1\" \"$INPUT\""
		    "${RUMPFUZZ_TOP}/harness/rumpfuzz-gdb.py" $<TARGET_FILE:${T_NAME}>)
		if(RUMPFUZZ_COVERAGE STREQUAL "clang")
			add_custom_target(cov-${T_NAME} DEPENDS ${T_NAME} USES_TERMINAL VERBATIM
			    COMMAND "${RUMPFUZZ_TOP}/tools/cov-report" $<TARGET_FILE:${T_NAME}>
			    "${corpus}" "${CMAKE_CURRENT_SOURCE_DIR}")
		endif()
	endif()
	set_property(GLOBAL APPEND PROPERTY RUMPFUZZ_TARGETS ${T_NAME})
endfunction()

# rumpfuzz_test(NAME t_name SOURCES file... [COMPONENTS comp...] [LIBRARIES lib...])
#
# An ATF test program, run by kyua from <build>/tests/<directory>/t_name.
function(rumpfuzz_test)
	cmake_parse_arguments(T "" "NAME" "SOURCES;COMPONENTS;LIBRARIES" ${ARGN})
	if(NOT T_NAME OR NOT T_SOURCES OR T_UNPARSED_ARGUMENTS)
		message(FATAL_ERROR "rumpfuzz_test(NAME t_name SOURCES file... [COMPONENTS comp...])")
	endif()
	rumpfuzz_program(NAME ${T_NAME} SOURCES ${T_SOURCES} COMPONENTS ${T_COMPONENTS}
	    LIBRARIES ${T_LIBRARIES} atf-c)
	get_filename_component(dir "${CMAKE_CURRENT_SOURCE_DIR}" NAME)
	set_target_properties(${T_NAME} PROPERTIES
	    RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests/${dir}")
	target_compile_definitions(${T_NAME} PRIVATE TOP="${RUMPFUZZ_TOP}" BUILD="${CMAKE_BINARY_DIR}")
	set_property(GLOBAL APPEND PROPERTY RUMPFUZZ_TEST_PROGRAMS "${dir}/${T_NAME}")
endfunction()

# rumpfuzz_test_script(NAME t_name FILE t_name.sh): the same in sh(1), on atf-sh.
function(rumpfuzz_test_script)
	cmake_parse_arguments(T "" "NAME;FILE" "" ${ARGN})
	get_filename_component(dir "${CMAKE_CURRENT_SOURCE_DIR}" NAME)
	find_program(RUMPFUZZ_ATF_SH atf-sh REQUIRED)
	file(READ "${CMAKE_CURRENT_SOURCE_DIR}/${T_FILE}" body)
	set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${T_FILE}")
	file(GENERATE OUTPUT "${CMAKE_BINARY_DIR}/tests/${dir}/${T_NAME}"
	    CONTENT "#! ${RUMPFUZZ_ATF_SH}\nTOP=${RUMPFUZZ_TOP}\nBUILD=${CMAKE_BINARY_DIR}\n${body}"
	    FILE_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
	set_property(GLOBAL APPEND PROPERTY RUMPFUZZ_TEST_PROGRAMS "${dir}/${T_NAME}")
endfunction()

# Writes the Kyuafiles of all tests; once, after the test directories.
function(rumpfuzz_kyuafile)
	get_property(tests GLOBAL PROPERTY RUMPFUZZ_TEST_PROGRAMS)
	set(head "syntax(2)\ntest_suite(\"rumpfuzz\")\n")
	set(dirs "")
	foreach(t ${tests})
		get_filename_component(dir "${t}" DIRECTORY)
		get_filename_component(name "${t}" NAME)
		list(APPEND dirs ${dir})
		string(APPEND text_${dir} "atf_test_program{name=\"${name}\"}\n")
	endforeach()
	list(REMOVE_DUPLICATES dirs)
	set(text "${head}")
	foreach(dir ${dirs})
		file(GENERATE OUTPUT "${CMAKE_BINARY_DIR}/tests/${dir}/Kyuafile" CONTENT "${head}${text_${dir}}")
		string(APPEND text "include(\"${dir}/Kyuafile\")\n")
	endforeach()
	file(GENERATE OUTPUT "${CMAKE_BINARY_DIR}/tests/Kyuafile" CONTENT "${text}")
endfunction()

# How Coracle's targets are built: one language standard, one set of warnings, one way to add a library or a test.
include(CTest)

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(CORACLE_CCACHE ccache)
if(CORACLE_CCACHE)
    # Paths relative to the source tree let build folders and clones share objects.
    set(CMAKE_C_COMPILER_LAUNCHER /usr/bin/env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=true ${CORACLE_CCACHE})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_C_COMPILER_LAUNCHER})
endif()
find_program(CORACLE_MOLD mold)
if(CORACLE_MOLD)
    add_link_options(-fuse-ld=mold)
endif()

option(CORACLE_FUZZ "Build the libFuzzer targets (clang only)" OFF)
set(CORACLE_SANITIZE "" CACHE STRING "Sanitizers for all targets: address,undefined or thread")
if(CORACLE_SANITIZE)
    add_compile_options(-fsanitize=${CORACLE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${CORACLE_SANITIZE})
    if(CORACLE_SANITIZE STREQUAL "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        add_compile_options(-Wno-tsan) # about fences in Boost.Asio, which stand beside its mutexes
    endif()
endif()

add_compile_options(-Wall -Wextra -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC 12 sees Asio's allocation of a coroutine's frame inlined, but not the deletion that belongs to it.
    add_compile_options(-Wno-mismatched-new-delete)
endif()
add_compile_definitions(
    BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED BOOST_BEAST_SEPARATE_COMPILATION
    BOOST_ERROR_CODE_HEADER_ONLY SPDLOG_COMPILED_LIB SPDLOG_FMT_EXTERNAL)
add_link_options(-Wl,--as-needed -Wl,--gc-sections)
add_compile_options(-ffunction-sections -fdata-sections)

# coracle_library(<target> SOURCES <file>... [PUBLIC <target>...] [PRIVATE <target>...])
# A static library for one folder. Includes are written from the root of the tree ("core/base/result.h").
function(coracle_library target)
    cmake_parse_arguments(arg "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
    add_library(${target} STATIC ${arg_SOURCES})
    target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR})
    target_link_libraries(${target} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
endfunction()

# coracle_test(<name> SOURCES <file>... LINK <target>... [LABELS <label>...] [TIMEOUT <seconds>])
# A Qt Test program (QTEST_GUILESS_MAIN, ends with #include "<name>.moc") that CTest runs.
function(coracle_test name)
    cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;LINK;LABELS" ${ARGN})
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 120)
    endif()
    add_executable(${name} ${arg_SOURCES})
    set_target_properties(${name} PROPERTIES AUTOMOC ON)
    target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
    target_link_libraries(${name} PRIVATE ${arg_LINK} Qt6::Test)
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}")
endfunction()

# Targets of this tree. A leaf sees its own folder and the folders of the leaves it names: its
# include path is a view of symbolic links, so any other project include does not compile.

add_library(strict INTERFACE)
target_compile_features(strict INTERFACE cxx_std_20)
target_compile_options(strict INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Werror
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>
    # g++ 12 sees these in sound standard-library code (optional, string concatenation).
    $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds> $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
    $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overflow> $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overread>
    # … and this one in every coroutine whose frame it frees on an exceptional path.
    $<$<CXX_COMPILER_ID:GNU>:-Wno-mismatched-new-delete>)

# station_module(protocols.base SOURCES a.cpp DEPENDS other.leaf)
function(station_module name)
    cmake_parse_arguments(arg "HEAVY" "" "SOURCES;DEPENDS" ${ARGN})
    string(REPLACE "." "/" folder ${name})
    set(view ${PROJECT_BINARY_DIR}/views/${name})
    get_filename_component(parent ${view}/${folder} DIRECTORY)
    file(MAKE_DIRECTORY ${parent})
    file(CREATE_LINK ${PROJECT_SOURCE_DIR}/${folder} ${view}/${folder} SYMBOLIC)
    list(TRANSFORM arg_SOURCES PREPEND ${PROJECT_SOURCE_DIR}/${folder}/)
    if(arg_SOURCES)
        add_library(${name} STATIC ${arg_SOURCES})
        target_include_directories(${name} PUBLIC ${view})
        target_link_libraries(${name} PUBLIC ${arg_DEPENDS} PRIVATE strict)
        target_compile_features(${name} PUBLIC cxx_std_20)
        if(NOT arg_HEAVY AND OBD_PRECOMPILE)
            target_precompile_headers(${name} REUSE_FROM precompiled)
            target_link_libraries(${name} PRIVATE precompiled_flags)
        endif()
        if(OBD_UNITY AND NOT arg_HEAVY)
            set_target_properties(${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
        endif()
    else()
        add_library(${name} INTERFACE)
        target_include_directories(${name} INTERFACE ${view})
        target_link_libraries(${name} INTERFACE ${arg_DEPENDS})
        target_compile_features(${name} INTERFACE cxx_std_20)
    endif()
endfunction()

# station_program(obd-inspect MODULE ui.terminal SOURCES main.cpp DEPENDS …): sources are relative
# to the folder of MODULE.
function(station_program name)
    cmake_parse_arguments(arg "" "MODULE" "SOURCES;DEPENDS" ${ARGN})
    string(REPLACE "." "/" folder ${arg_MODULE})
    list(TRANSFORM arg_SOURCES PREPEND ${PROJECT_SOURCE_DIR}/${folder}/)
    add_executable(${name} ${arg_SOURCES})
    target_link_libraries(${name} PRIVATE ${arg_DEPENDS} strict)
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
endfunction()

# station_embed(obd.data.files NAMESPACE obd::data FUNCTION files FILES a.json b.json): the files'
# text inside the program, so that an installed binary needs no data folder.
function(station_embed target)
    cmake_parse_arguments(arg "" "NAMESPACE;FUNCTION;BASE" "FILES" ${ARGN})
    set(out ${PROJECT_BINARY_DIR}/embedded/${target}.cpp)
    file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/embedded)
    set(inputs ${arg_FILES})
    list(TRANSFORM inputs PREPEND ${arg_BASE}/)
    add_custom_command(OUTPUT ${out}
        COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/cmake/embed.py
            ${out} ${arg_NAMESPACE} ${arg_FUNCTION} ${arg_BASE} ${arg_FILES}
        DEPENDS ${inputs} ${PROJECT_SOURCE_DIR}/cmake/embed.py
        VERBATIM)
    add_library(${target} STATIC ${out})
    target_link_libraries(${target} PUBLIC protocols.base)
endfunction()

# coracle_qml_module(<target> URI <uri> FILES <file.qml>... [SOURCES <file.cpp>...] [IMPORTS <module>...] [LINK <target>...])
# A QML module as a static library with its plugin <target>plugin, at qrc:/qt/qml (Qt's standard place since 6.5).
# Executables don't link modules one by one: coracle_qml (qml/CMakeLists.txt) brings all of them.
function(coracle_qml_module target)
    cmake_parse_arguments(arg "" "URI" "FILES;SOURCES;IMPORTS;LINK" ${ARGN})
    foreach(file IN LISTS arg_FILES)
        # The name of the type is the name of the file, in whatever sub-folder it lies.
        get_filename_component(name ${file} NAME)
        set_source_files_properties(${file} PROPERTIES QT_RESOURCE_ALIAS ${name})
    endforeach()
    set(CMAKE_AUTOMOC ON)
    string(REPLACE . / path ${arg_URI})
    qt_add_qml_module(${target} STATIC
        URI ${arg_URI}
        VERSION 1.0
        RESOURCE_PREFIX /qt/qml
        OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/qml_modules/${path}
        IMPORT_PATH ${CMAKE_BINARY_DIR}/qml_modules
        QML_FILES ${arg_FILES}
        SOURCES ${arg_SOURCES}
        IMPORTS ${arg_IMPORTS}
        DEPENDENCIES QtQuick)
    if(NOT arg_SOURCES)
        # The code that is generated of each QML file includes the same heavy headers: they are read once for many.
        set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 16)
    endif()
    target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR})
    target_link_libraries(${target} PUBLIC Qt6::Quick ${arg_LINK})
endfunction()

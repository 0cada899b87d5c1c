# Makes a C++ source of the contract: cmake -D INPUT=openapi.json -D OUTPUT=openapi_document.cpp -P embed_openapi.cmake
file(READ ${INPUT} document)
file(WRITE ${OUTPUT} "#include \"clusterd/appliance/appliance.h\"

namespace coracle::appliance {

std::string_view openApiDocument() {
    return R\"openapi(${document})openapi\";
}

} // namespace coracle::appliance
")

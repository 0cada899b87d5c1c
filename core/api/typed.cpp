#include "core/api/typed.h"

#include "core/api/struct_codec.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace coracle::api {

Result<> decodeStruct(std::string_view json, void *object, const StructInfo &info) {
    JsonReader reader(json);
    if (readStruct(reader, object, info) && reader.finish())
        return {};
    std::string where(info.kind.empty() ? "JSON" : info.kind);
    if (!reader.path().empty())
        where += " " + reader.path();
    return errors::badRequest(where + ": " + reader.error());
}

// By way of the text: it costs little beside the tree itself and needs no second interpreter.
Result<> decodeStruct(const boost::json::value &json, void *object, const StructInfo &info) {
    return decodeStruct(std::string_view(boost::json::serialize(json)), object, info);
}

Result<> decodeStruct(const boost::json::object &json, void *object, const StructInfo &info) {
    return decodeStruct(std::string_view(boost::json::serialize(json)), object, info);
}

std::string encodeStruct(const void *object, const StructInfo &info) {
    std::string out;
    writeStruct(out, object, info);
    return out;
}

boost::json::value encodeStructToValue(const void *object, const StructInfo &info) {
    boost::system::error_code error;
    return boost::json::parse(encodeStruct(object, info), error);
}

} // namespace coracle::api

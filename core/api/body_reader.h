#pragma once

#include "core/api/flat_fields.h"
#include "core/api/json_reader.h"
#include "core/api/schema.h"

#include <boost/json/object.hpp>
#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace coracle::api {

/// Reads JSON text by a type of the tables into a canonical tree (core/api/codec.h), in one pass over the text. Type
/// errors go to the JsonReader in the words of Go's encoding/json; unknown and duplicate members are collected.
class BodyReader {
public:
    BodyReader(JsonReader &reader, boost::json::storage_ptr storage, bool collectStrictErrors)
        : m_reader(reader), m_storage(std::move(storage)), m_collect(collectStrictErrors) {}

    /// The next value as an object of the type. False: the reader has the error.
    bool readObject(const TypeInfo &type, boost::json::object &out);
    /// `unknown field "spec.foo"`, `duplicate field "spec.bar"`, in the order of the text.
    const std::vector<std::string> &strictErrors() const { return m_strictErrors; }

private:
    bool value(const FieldInfo &field, boost::json::value &out);
    bool list(const FieldInfo &field, boost::json::value &out);
    bool map(const FieldInfo &field, boost::json::value &out);
    bool element(const FieldInfo &field, boost::json::value &out);
    bool form(const TypeInfo &type, boost::json::value &out);
    bool string(std::string_view goType, std::string_view &text);
    bool integer(const FieldInfo &field, boost::json::value &out);
    bool number(boost::json::value &out);
    bool quantity(boost::json::value &out);
    bool intOrString(boost::json::value &out);
    bool raw(boost::json::value &out);
    template<class T>
    bool parsed(boost::json::value &out);
    bool bytes(boost::json::value &out);
    bool mismatch(std::string_view goType);
    void strict(std::string_view what, std::string_view member);
    boost::json::value zero(const FieldInfo &field);
    boost::json::object zeroObject(const TypeInfo &type);
    void place(const FieldInfo &field, boost::json::value *read, boost::json::object &out);

    JsonReader &m_reader;
    boost::json::storage_ptr m_storage;
    bool m_collect;
    std::string m_path;          ///< of the current value, with indexes, for strict errors
    std::string m_goPath;        ///< the same without indexes, as Go's type errors have it
    std::string_view m_goStruct; ///< the type that the current member belongs to
    std::string m_buffer;
    std::vector<std::string> m_strictErrors;
};

} // namespace coracle::api

#include "clusterd/apiserver/apiextensions/coercion.h"

#include "core/api/body_reader.h"
#include "core/api/canonical_json.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>
#include <set>

namespace coracle::apiserver {

namespace json = boost::json;

namespace {

constexpr size_t kDuplicatesMax = 100;

class DuplicateFinder {
public:
    explicit DuplicateFinder(std::string_view text) : m_reader(text) {}

    std::vector<std::string> find() {
        value();
        return std::move(m_found);
    }

private:
    using Token = api::JsonReader::Token;

    void value() {
        const Token token = m_reader.peek();
        if (token == Token::Object)
            object();
        else if (token == Token::Array)
            array();
        else
            m_reader.skip();
    }

    void object() {
        m_reader.beginObject();
        std::set<std::string, std::less<>> seen;
        for (std::string_view key; m_reader.nextMember(key);) {
            const size_t length = m_path.size();
            if (length > 0)
                m_path += '.';
            m_path += key;
            if (!seen.emplace(key).second && m_found.size() < kDuplicatesMax)
                m_found.push_back(m_path);
            value();
            m_path.resize(length);
        }
    }

    void array() {
        m_reader.beginArray();
        for (size_t i = 0; m_reader.nextElement(); ++i) {
            const size_t length = m_path.size();
            m_path += fmt::format("[{}]", i);
            value();
            m_path.resize(length);
        }
    }

    api::JsonReader m_reader;
    std::string m_path;
    std::vector<std::string> m_found;
};

class Coercer {
public:
    explicit Coercer(std::vector<std::string> *unknown) : m_unknown(unknown) {}

    Result<> resource(json::object &object, const StructuralSchema &schema, bool isResource, const std::string &path) {
        if (isResource)
            CHECK(metadata(object, path));
        if (!schema.hasEmbedded)
            return {};
        for (auto &member : object)
            if (const StructuralSchema *child = schema.member(member.key()); child && child->hasEmbedded)
                CHECK(below(member.value(), *child, join(path, member.key())));
        return {};
    }

private:
    static std::string join(const std::string &path, std::string_view name) {
        return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
    }

    Result<> below(json::value &value, const StructuralSchema &schema, const std::string &path) {
        if (json::object *object = value.if_object())
            return resource(*object, schema, schema.embedded, path);
        if (json::array *list = value.if_array(); list && schema.items)
            for (size_t i = 0; i < list->size(); ++i)
                CHECK(below((*list)[i], *schema.items, fmt::format("{}[{}]", path, i)));
        return {};
    }

    Result<> metadata(json::object &object, const std::string &path) {
        static const api::TypeInfo &type = *api::findType("meta/v1", "ObjectMeta");
        json::value *found = object.if_contains("metadata");
        if (!found)
            return {};
        const std::string text = api::json::canonicalText(*found);
        api::JsonReader reader(found->is_null() ? std::string_view("{}") : std::string_view(text));
        api::BodyReader decoder(reader, object.storage(), m_unknown != nullptr);
        json::object clean(object.storage());
        const std::string place = join(path, "metadata");
        if (!decoder.readObject(type, clean))
            return errors::badRequest(fmt::format("unable to decode {}: {}", place, reader.error()));
        *found = std::move(clean);
        if (m_unknown)
            for (const std::string &error : decoder.strictErrors()) // unknown field "x"
                if (const size_t quote = error.find('"'); quote != error.npos)
                    m_unknown->push_back(place + "." + error.substr(quote + 1, error.size() - quote - 2));
        return {};
    }

    std::vector<std::string> *m_unknown;
};

} // namespace

std::vector<std::string> duplicateMembers(std::string_view text) {
    return DuplicateFinder(text).find();
}

Result<> coerceMetadata(json::object &resource, const StructuralSchema &schema, std::vector<std::string> *unknown) {
    return Coercer(unknown).resource(resource, schema, true, "");
}

} // namespace coracle::apiserver

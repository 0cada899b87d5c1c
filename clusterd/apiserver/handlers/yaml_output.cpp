#include "clusterd/apiserver/handlers/yaml_output.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <vector>

namespace coracle::apiserver {

namespace json = boost::json;

namespace {

/// Scalars are written as in JSON, which YAML reads the same; strings always with quotes, so that none is taken for
/// something else.
class YamlWriter {
public:
    void value(const json::value &value, size_t indent) {
        if (const json::object *object = value.if_object(); object && !object->empty())
            members(*object, indent);
        else if (const json::array *array = value.if_array(); array && !array->empty())
            elements(*array, indent);
        else
            m_text += ' ' + json::serialize(value) + '\n';
    }
    std::string take() { return std::move(m_text); }

private:
    void members(const json::object &object, size_t indent) {
        startBlock();
        std::vector<const json::key_value_pair *> sorted;
        for (const auto &member : object)
            sorted.push_back(&member);
        std::ranges::sort(sorted, {}, [](const auto *member) { return std::string_view(member->key()); });
        for (const auto *member : sorted) {
            pad(indent);
            m_text += plain(member->key()) + ':';
            value(member->value(), indent + (member->value().is_array() ? 0 : 2));
        }
    }

    void elements(const json::array &array, size_t indent) {
        startBlock();
        for (const json::value &element : array) {
            pad(indent);
            m_text += '-';
            m_inline = element.is_object() && !element.get_object().empty();
            value(element, indent + 2);
        }
    }

    /// The first member of a list's element stands on the line of its dash.
    void startBlock() {
        if (!m_text.empty() && !m_inline && m_text.back() != '\n')
            m_text += '\n';
    }

    void pad(size_t indent) {
        m_text.append(m_inline ? 1 : indent, ' ');
        m_inline = false;
    }

    static std::string plain(std::string_view key) {
        bool word = !key.empty() &&
                    std::ranges::all_of(key, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
        constexpr std::string_view kReserved[] = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"};
        std::string lower(key);
        std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
        word = word && std::ranges::find(kReserved, lower) == std::end(kReserved);
        return word ? std::string(key) : json::serialize(key);
    }

    std::string m_text;
    bool m_inline = false;
};

} // namespace

std::string jsonToYaml(std::string_view text) {
    boost::system::error_code error;
    json::value value = json::parse(text, error, {}, {.max_depth = 1000});
    YamlWriter writer;
    if (!error)
        writer.value(value, 0);
    return writer.take();
}

} // namespace coracle::apiserver

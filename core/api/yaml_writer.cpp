#include "core/api/yaml_writer.h"

#include "core/api/yaml_text.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <charconv>
#include <vector>

namespace coracle::api {

namespace json = boost::json;

namespace {

constexpr size_t kIndent = 2;
constexpr size_t kSimpleKeyMax = 128;

/// As Go's strconv formats it, 'g' with the fewest digits.
std::string goFloat(double value) {
    char buffer[32];
    const auto scientific =
        std::to_chars(std::begin(buffer), std::end(buffer), value, std::chars_format::scientific).ptr;
    const std::string_view text(buffer, size_t(scientific - buffer));
    int exponent = 0;
    const size_t mark = text.find('e');
    const size_t digits = mark + (text.substr(mark + 1).starts_with('+') ? 2 : 1);
    std::from_chars(text.data() + digits, text.data() + text.size(), exponent);
    if (exponent < -4 || exponent >= 6)
        return std::string(text);
    const auto fixed = std::to_chars(std::begin(buffer), std::end(buffer), value, std::chars_format::fixed).ptr;
    return std::string(buffer, fixed);
}

std::string scalarText(const json::value &value) {
    switch (value.kind()) {
    case json::kind::bool_:
        return value.get_bool() ? "true" : "false";
    case json::kind::int64:
        return std::to_string(value.get_int64());
    case json::kind::uint64:
        return std::to_string(value.get_uint64());
    case json::kind::double_:
        return goFloat(value.get_double());
    case json::kind::object:
        return "{}";
    case json::kind::array:
        return "[]";
    default:
        return "null";
    }
}

bool isBlock(const json::value &value) {
    return (value.is_object() && !value.get_object().empty()) || (value.is_array() && !value.get_array().empty());
}

class Writer {
public:
    std::string write(const json::value &value, YamlPlace place) {
        const bool item = place == YamlPlace::ListItem;
        if (item)
            m_text += "- ";
        if (isBlock(value))
            block(value, item ? kIndent : 0, item);
        else
            scalar(value, kIndent);
        return std::move(m_text);
    }

private:
    /// All lines begin at the column; of the first one what is before it stands there already when it is inline.
    void block(const json::value &value, size_t column, bool isInline) {
        if (value.is_object())
            members(value.get_object(), column, isInline);
        else
            elements(value.get_array(), column, isInline);
    }

    void members(const json::object &object, size_t column, bool isInline) {
        std::vector<const json::key_value_pair *> sorted;
        for (const auto &member : object)
            sorted.push_back(&member);
        std::ranges::sort(sorted, [](const auto *a, const auto *b) { return yaml::keyLess(a->key(), b->key()); });
        for (const auto *member : sorted) {
            pad(std::exchange(isInline, false) ? 0 : column);
            key(member->key(), column);
            m_text += ':';
            if (isBlock(member->value())) {
                m_text += '\n';
                block(member->value(), column + (member->value().is_object() ? kIndent : 0), false);
            } else {
                m_text += ' ';
                scalar(member->value(), column + kIndent);
            }
        }
    }

    void elements(const json::array &array, size_t column, bool isInline) {
        for (const json::value &element : array) {
            pad(std::exchange(isInline, false) ? 0 : column);
            m_text += "- ";
            if (isBlock(element))
                block(element, column + kIndent, true);
            else
                scalar(element, column + kIndent);
        }
    }

    void key(std::string_view text, size_t column) {
        const bool simple = text.size() <= kSimpleKeyMax;
        if (!simple)
            m_text += "? ";
        yaml::appendKey(m_text, text);
        if (!simple) {
            m_text += '\n';
            pad(column);
        }
    }

    void scalar(const json::value &value, size_t indent) {
        if (value.is_string())
            yaml::appendText(m_text, value.get_string(), indent);
        else
            m_text += scalarText(value);
        if (m_text.back() != '\n')
            m_text += '\n';
    }

    void pad(size_t column) { m_text.append(column, ' '); }

    std::string m_text;
};

} // namespace

std::string jsonToYaml(std::string_view text, YamlPlace place) {
    boost::system::error_code error;
    const json::value value = json::parse(text, error, {}, {.max_depth = 1000});
    return error ? std::string() : Writer().write(value, place);
}

} // namespace coracle::api

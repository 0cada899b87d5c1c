#include "core/api/go_text.h"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cmath>
#include <fmt/format.h>
#include <map>

namespace coracle::api {

namespace {

using boost::json::value;

constexpr size_t kBytesMax = 1024;

/// The shortest form, with an exponent for very small and very large numbers only.
std::string number(double number) {
    const double size = std::fabs(number);
    if (size >= 1e16 && size < 1e21)
        return fmt::format("{:.0f}", number);
    std::string text = fmt::format("{}", number);
    return text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
}

class Printer {
public:
    explicit Printer(bool syntax) : m_syntax(syntax) {}

    void print(const value &v, bool inside) {
        if (m_text.size() > kBytesMax)
            return;
        if (v.is_object())
            printObject(v.get_object());
        else if (v.is_array())
            printList(v.get_array());
        else if (v.is_string() && !m_syntax)
            m_text += std::string_view(v.get_string());
        else if (v.is_double())
            m_text += number(v.get_double());
        else if (v.is_null())
            m_text += !m_syntax ? "<nil>" : inside ? "interface {}(nil)" : "<nil>";
        else
            m_text += boost::json::serialize(v);
    }

    std::string take() && {
        if (m_text.size() > kBytesMax)
            m_text = m_text.substr(0, kBytesMax) + "...";
        return std::move(m_text);
    }

private:
    void printObject(const boost::json::object &object) {
        std::map<std::string_view, const value *> members;
        for (const auto &[name, item] : object)
            members.emplace(name, &item);
        m_text += m_syntax ? "map[string]interface {}{" : "map[";
        const size_t begin = m_text.size();
        for (const auto &[name, item] : members) {
            if (m_text.size() > begin)
                m_text += m_syntax ? ", " : " ";
            m_text += m_syntax ? boost::json::serialize(value(name)) : std::string(name);
            m_text += ':';
            print(*item, true);
        }
        m_text += m_syntax ? '}' : ']';
    }

    void printList(const boost::json::array &list) {
        m_text += m_syntax ? "[]interface {}{" : "[";
        for (size_t i = 0; i < list.size() && m_text.size() <= kBytesMax; ++i) {
            if (i > 0)
                m_text += m_syntax ? ", " : " ";
            print(list[i], true);
        }
        m_text += m_syntax ? '}' : ']';
    }

    const bool m_syntax;
    std::string m_text;
};

} // namespace

std::string goText(const value &v) {
    Printer printer(false);
    printer.print(v, false);
    return std::move(printer).take();
}

std::string goSyntax(const value &v) {
    Printer printer(true);
    printer.print(v, false);
    return std::move(printer).take();
}

} // namespace coracle::api

#include "core/api/go_text.h"
#include "core/api/typed_walk.h"

#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <optional>
#include <set>

namespace coracle::api {

namespace {

using boost::json::value;
using Kind = Shape::Kind;

/// More errors than these help nobody.
constexpr size_t kErrorsMax = 100;

std::string_view goType(const value &v) {
    return v.is_object()   ? "map[string]interface {}"
           : v.is_array()  ? "[]interface {}"
           : v.is_string() ? "string"
                           : "bool";
}

/// A value's place, from the inside out: its text is made only when there is an error to tell.
struct Place {
    const Place *outer = nullptr;
    std::string_view name = {};           ///< of a member
    const PathElement *address = nullptr; ///< or of an item
    std::optional<size_t> index = {};     ///< or an item without one

    std::string print() const {
        const std::string before = outer ? outer->print() : std::string();
        if (address)
            return before + address->print();
        if (index)
            return fmt::format("{}[{}]", before, *index);
        return outer ? fmt::format("{}.{}", before, name) : before;
    }
};

class Checker {
public:
    void check(const value &v, const Shape &shape, const Place &place) {
        if (v.is_null() || m_errors.size() >= kErrorsMax)
            return;
        switch (shape.kind()) {
        case Kind::Unknown:
            return;
        case Kind::Scalar:
            return checkScalar(v, shape.scalar(), place);
        case Kind::List:
            return checkList(v, shape, place);
        case Kind::Struct:
        case Kind::Map:
            break;
        }
        const auto *members = v.if_object();
        if (!members)
            return fail(place, fmt::format("expected map, got &{{{}}}", goText(v)));
        for (const auto &[name, item] : *members) {
            const Place inner{.outer = &place, .name = name};
            if (!shape.allows(name))
                fail(inner, "field not declared in schema");
            else
                check(item, shape.member(name), inner);
        }
    }

    std::vector<std::string> take() && { return std::move(m_errors); }

private:
    void fail(const Place &place, const std::string &message) {
        if (m_errors.size() >= kErrorsMax)
            return;
        const std::string path = place.print();
        m_errors.push_back(path.empty() ? message : fmt::format("{}: {}", path, message));
    }

    void checkScalar(const value &v, ValueKind kind, const Place &place) {
        const bool scalar = !v.is_object() && !v.is_array();
        switch (kind) {
        case ValueKind::Int32:
        case ValueKind::Int64:
        case ValueKind::Double:
            if (!v.is_number())
                fail(place, fmt::format("expected numeric (int or float), got {}", goType(v)));
            return;
        case ValueKind::Bool:
            if (!v.is_bool())
                fail(place, fmt::format("expected boolean, got &{{{}}}", goText(v)));
            return;
        case ValueKind::Quantity:
        case ValueKind::IntOrString:
            if (!scalar)
                fail(place, fmt::format("expected any scalar, got &{{{}}}", goText(v)));
            return;
        default:
            if (!v.is_string())
                fail(place, fmt::format("expected string, got &value.valueUnstructured{{Value:{}}}", goSyntax(v)));
        }
    }

    void checkList(const value &v, const Shape &shape, const Place &place) {
        const auto *items = v.if_array();
        if (!items)
            return fail(place, fmt::format("expected list, got &{{{}}}", goText(v)));
        std::set<PathElement> seen;
        for (size_t i = 0; i < items->size(); ++i) {
            Place inner{.outer = &place, .index = i};
            if (!shape.atomic()) {
                auto address = shape.addressOf((*items)[i]);
                if (!address)
                    return fail(place, fmt::format("element {}: {}", i, address.error().message));
                const auto [known, fresh] = seen.insert(std::move(*address));
                if (!fresh)
                    fail(place, fmt::format("duplicate entries for key {}", known->print()));
                inner.address = &*known;
            }
            check((*items)[i], shape.element(), inner);
        }
    }

    std::vector<std::string> m_errors;
};

} // namespace

std::vector<std::string> typeErrors(const value &v, const Shape &shape) {
    Checker checker;
    checker.check(v, shape, Place());
    return std::move(checker).take();
}

} // namespace coracle::api

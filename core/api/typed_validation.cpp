#include "core/api/typed_walk.h"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <set>

namespace coracle::api {

namespace {

using boost::json::value;
using Kind = Shape::Kind;

/// More errors than these help nobody.
constexpr size_t kErrorsMax = 100;

/// As Go prints a decoded JSON value with %#v; users know these words from kube-apiserver.
std::string goSyntax(const value &v) {
    if (v.is_object())
        return "map[string]interface {}{...}";
    if (v.is_array())
        return "[]interface {}{...}";
    return boost::json::serialize(v).substr(0, 100);
}

std::string_view goType(const value &v) {
    return v.is_object()   ? "map[string]interface {}"
           : v.is_array()  ? "[]interface {}"
           : v.is_string() ? "string"
                           : "bool";
}

class Checker {
public:
    void check(const value &v, const Shape &shape, const std::string &path) {
        if (v.is_null() || m_errors.size() >= kErrorsMax)
            return;
        switch (shape.kind()) {
        case Kind::Unknown:
            return;
        case Kind::Scalar:
            return checkScalar(v, shape.scalar(), path);
        case Kind::List:
            return checkList(v, shape, path);
        case Kind::Struct:
        case Kind::Map:
            break;
        }
        const auto *members = v.if_object();
        if (!members)
            return fail(path, fmt::format("expected map, got &{{{}}}", goSyntax(v)));
        for (const auto &[name, item] : *members) {
            const std::string memberPath = fmt::format("{}.{}", path, std::string_view(name));
            if (shape.kind() == Kind::Struct && !shape.declares(name))
                fail(memberPath, "field not declared in schema");
            else
                check(item, shape.member(name), memberPath);
        }
    }

    std::vector<std::string> take() && { return std::move(m_errors); }

private:
    void fail(const std::string &path, const std::string &message) {
        if (m_errors.size() < kErrorsMax)
            m_errors.push_back(path.empty() ? message : fmt::format("{}: {}", path, message));
    }

    void checkScalar(const value &v, ValueKind kind, const std::string &path) {
        const bool scalar = !v.is_object() && !v.is_array();
        switch (kind) {
        case ValueKind::Int32:
        case ValueKind::Int64:
        case ValueKind::Double:
            if (!v.is_number())
                fail(path, fmt::format("expected numeric (int or float), got {}", goType(v)));
            return;
        case ValueKind::Bool:
            if (!v.is_bool())
                fail(path, fmt::format("expected boolean, got &{{{}}}", goSyntax(v)));
            return;
        case ValueKind::Quantity:
        case ValueKind::IntOrString:
            if (!scalar)
                fail(path, fmt::format("expected any scalar, got &{{{}}}", goSyntax(v)));
            return;
        default:
            if (!v.is_string())
                fail(path, fmt::format("expected string, got &value.valueUnstructured{{Value:{}}}", goSyntax(v)));
        }
    }

    void checkList(const value &v, const Shape &shape, const std::string &path) {
        const auto *items = v.if_array();
        if (!items)
            return fail(path, fmt::format("expected list, got &{{{}}}", goSyntax(v)));
        std::set<PathElement> seen;
        for (size_t i = 0; i < items->size(); ++i) {
            std::string place = fmt::format("[{}]", i);
            if (!shape.atomic()) {
                const auto address = shape.addressOf((*items)[i]);
                if (!address)
                    return fail(path, fmt::format("element {}: {}", i, address.error().message));
                place = address->print();
                if (!seen.insert(*address).second)
                    fail(path, fmt::format("duplicate entries for key {}", place));
            }
            check((*items)[i], shape.element(), path + place);
        }
    }

    std::vector<std::string> m_errors;
};

} // namespace

std::vector<std::string> typeErrors(const value &v, const Shape &shape) {
    Checker checker;
    checker.check(v, shape, "");
    return std::move(checker).take();
}

} // namespace coracle::api

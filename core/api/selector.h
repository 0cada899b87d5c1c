#pragma once

#include "core/base/result.h"

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle::api {

class Object;
struct ResourceInfo;

/// Which objects a query or controller means, by their labels (apimachinery labels.Selector). All requirements must
/// hold. Immutable after it is made; thread-safe.
class LabelSelector {
public:
    using Pair = std::pair<std::string_view, std::string_view>;

    enum class Operator : uint8_t { In, NotIn, Exists, DoesNotExist, Equals, NotEquals, GreaterThan, LessThan };
    struct Requirement {
        std::string key;
        Operator op = Operator::Exists;
        std::vector<std::string> values; ///< sorted, without duplicates
        int64_t number = 0;              ///< the value of GreaterThan and LessThan
    };

    LabelSelector() = default; ///< matches everything
    static LabelSelector nothing();
    /// The text of ?labelSelector= and kubectl -l: `a=b,c!=d,e in (x,y),f notin (z),g,!h,i>5,j<7`.
    static Result<LabelSelector> parse(std::string_view text);
    /// A meta/v1.LabelSelector as JSON. Null matches nothing, an empty one everything.
    static Result<LabelSelector> fromJson(const boost::json::value &selector);
    /// The generated metav1::LabelSelector.
    template<class T>
    static Result<LabelSelector> from(const T &selector) {
        LabelSelector result;
        for (const auto &[key, value] : selector.matchLabels)
            CHECK(result.add(key, Operator::Equals, {value}));
        for (const auto &expression : selector.matchExpressions)
            CHECK(result.addExpression(expression.key, expression.operator_, expression.values));
        return result;
    }
    /// A plain map of labels, as services and replication controllers have it.
    template<class Map>
    static LabelSelector fromMap(const Map &labels) {
        LabelSelector result;
        for (const auto &[key, value] : labels)
            result.m_requirements.push_back({std::string(key), Operator::Equals, {std::string(value)}, 0});
        return result;
    }

    /// Checks and adds one requirement.
    Result<> add(std::string_view key, Operator op, std::vector<std::string> values);
    /// As meta/v1.LabelSelectorRequirement: the operator is In, NotIn, Exists or DoesNotExist.
    Result<> addExpression(std::string_view key, std::string_view op, std::vector<std::string> values);

    /// The labels must be sorted by key, as Object::labels() is.
    bool matches(std::span<const Pair> labels) const;
    /// Any map of std::string to std::string.
    template<class Map>
    bool matchesMap(const Map &labels) const {
        std::vector<Pair> pairs(labels.begin(), labels.end());
        return matches(pairs);
    }

    bool isEverything() const { return !m_nothing && m_requirements.empty(); }
    bool isNothing() const { return m_nothing; }
    const std::vector<Requirement> &requirements() const { return m_requirements; }
    /// The form that parse() reads; empty for everything and for nothing.
    std::string text() const;

private:
    std::vector<Requirement> m_requirements;
    bool m_nothing = false;
};

/// Which objects a query means, by a few fields that the resource allows (apimachinery fields.Selector). Immutable;
/// thread-safe.
class FieldSelector {
public:
    struct Term {
        std::string path;
        std::string value;
        bool equal = true;
    };

    FieldSelector() = default; ///< matches everything
    /// The text of ?fieldSelector=: terms with =, == or !=, joined with commas; \\ escapes comma, = and itself.
    static Result<FieldSelector> parse(std::string_view text);

    /// 400 when a term's field is none that the resource can be selected by.
    Result<> check(const ResourceInfo &resource) const;
    bool matches(const ResourceInfo &resource, const Object &object) const;

    bool isEverything() const { return m_terms.empty(); }
    const std::vector<Term> &terms() const { return m_terms; }
    /// The value that the field must have, or null: lets a list go straight to one object or namespace.
    const std::string *required(std::string_view path) const;
    std::string text() const;

private:
    std::vector<Term> m_terms;
};

/// The value of a selectable field as selectors compare it ("" and "false" and "0" for absent ones, by type). Reads the
/// object's JSON without building a tree.
std::string selectableField(const ResourceInfo &resource, const Object &object, std::string_view path);

} // namespace coracle::api

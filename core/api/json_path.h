#pragma once

#include "core/base/result.h"

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coracle::api {

/// A path into JSON as kubectl and printer columns have it (k8s.io/client-go util/jsonpath), without the braces:
/// ".status.conditions[?(@.type==\"Ready\")].status". Immutable, thread-safe.
class JsonPath {
public:
    static Result<JsonPath> parse(std::string_view text);

    /// What the path leads to, in order; bounded. The pointers are into the value.
    std::vector<const boost::json::value *> find(const boost::json::value &root) const;
    std::vector<const boost::json::value *> find(const boost::json::object &root) const;

    /// Only names, and indexes that are not negative: it leads to one place at most.
    bool isSimple() const;
    /// The names of a path that has nothing else; empty for others.
    std::vector<std::string> names() const;

private:
    friend class JsonPathParser;
    struct Filter;
    struct Step {
        enum class Kind : uint8_t { Name, Index, Slice, Wildcard, Recursive, Union, Filter } kind = Kind::Name;
        std::string name;
        std::optional<int64_t> first, last; ///< Index: first; Slice: both
        int64_t stride = 1;
        std::vector<Step> alternatives; ///< of Union
        std::shared_ptr<const Filter> filter;
    };
    using Found = std::vector<const boost::json::value *>;

    void apply(const Step &step, const boost::json::value &value, Found &out) const;
    Found walk(Found found, size_t from) const; ///< the steps from this one on

    std::vector<Step> m_steps;
};

} // namespace coracle::api

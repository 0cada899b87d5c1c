#pragma once

#include "core/base/result.h"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace coracle::scheduler {

/// Reads the members of a JSON object of a configuration file. Members that nobody asked for, and values of another
/// type or outside their limits, are errors that name the member's path. Absent and null members leave the target as it
/// is; the first error is kept, and finish() returns it.
class StrictObject {
public:
    /// A null value is an empty object.
    StrictObject(const boost::json::value &value, std::string path);

    bool has(std::string_view name);
    StrictObject &text(std::string_view name, std::string &target);
    StrictObject &boolean(std::string_view name, bool &target);
    StrictObject &integer(std::string_view name, int64_t &target, int64_t least, int64_t most);
    StrictObject &texts(std::string_view name, std::vector<std::string> &target);
    /// The member as it is, or null.
    const boost::json::value &raw(std::string_view name);
    /// Calls back for each element of a list, with its path.
    StrictObject &list(std::string_view name,
                       const std::function<Result<>(const boost::json::value &, const std::string &path)> &read);
    /// Calls back when the member is there.
    StrictObject &object(std::string_view name,
                         const std::function<Result<>(const boost::json::value &, const std::string &path)> &read);
    /// Of every versioned object: names that may be there, and must be these when they are. No kind: none is expected.
    StrictObject &typeMeta(std::string_view apiVersion, std::string_view kind);

    std::string pathOf(std::string_view name) const;
    void fail(Status status);
    void fail(std::string_view name, std::string_view what);
    Result<> finish();

private:
    const boost::json::value *find(std::string_view name);

    const boost::json::object *m_object = nullptr;
    std::string m_path;
    std::set<std::string, std::less<>> m_known;
    Result<> m_result;
};

} // namespace coracle::scheduler

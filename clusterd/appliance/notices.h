#pragma once

#include "core/base/clock.h"

#include <boost/json/object.hpp>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace coracle::appliance {

enum class Severity { Critical, Warning, Info };

/// Something that needs attention, and the mend.
struct Notice {
    std::string reason;  ///< one of the contract's words
    std::string subject; ///< with the reason the id: the same as long as the cause is the same
    Severity severity = Severity::Warning;
    std::string message, mend;
    std::vector<std::pair<std::string, std::string>> parameters; ///< the names and numbers in the message
    /// What it is about, where that is an object.
    struct Object {
        std::string apiVersion, kind, namespaceName, name;
    };
    std::optional<Object> object;
    /// The request that mends it, where one does.
    struct Action {
        std::string method, path;
        boost::json::object body;
    };
    std::optional<Action> action;
    std::optional<WallTime> since; ///< nothing: when it was first seen

    std::string id() const { return reason + "/" + subject; }
};

/// Says what its subject has to tell now. Called on any thread; does not wait.
using NoticeSource = std::function<void(std::vector<Notice> &)>;

/// All notices of all subjects. Thread-safe once the sources were added.
class Notices {
public:
    explicit Notices(Clock &clock) : m_clock(clock) {}

    void add(NoticeSource source) { m_sources.push_back(std::move(source)); }
    /// The most severe first, then the oldest; at most kMost.
    std::vector<Notice> current();

    static constexpr size_t kMost = 200;

private:
    Clock &m_clock;
    std::vector<NoticeSource> m_sources;
    std::mutex m_mutex;                          ///< guards the rest
    std::map<std::string, WallTime> m_firstSeen; ///< by id
};

/// As the API's Notice.
boost::json::object describe(const Notice &notice);

} // namespace coracle::appliance
